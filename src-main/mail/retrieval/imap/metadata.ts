/** GETMETADATA and SETMETADATA (RFC 5464 §4.2, §4.3). */
import { formatAstring, formatString } from '../../../protocol/imap/grammar/format.ts';
import type {
  GetMetadataCommand,
  MetadataEntryName,
  SetMetadataCommand,
} from '../../../protocol/imap/grammar/metadata.ts';
import { MAX_METADATA_VALUE_OCTETS } from '../../../protocol/imap/limits.ts';
import type { CommandIo, Completion, ResponsePart } from '../../../protocol/imap/server/session.ts';
import type { MetadataError } from '../../mailstore/metadata/port.ts';
import { okay, refuse, refuseForMailbox } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { findAnnotated, refuseValues, type Annotated } from './metadata-access.ts';

export async function getMetadata(
  session: ImapSession,
  command: GetMetadataCommand,
  io: CommandIo,
): Promise<Completion> {
  const annotated = await findAnnotated(session, command.mailbox);
  if ('status' in annotated) return annotated;
  const stored = await readAnnotations(session, annotated);
  const found = command.entries.flatMap((entry) => withInferiors(stored, entry, command.depth));
  const { maxSize } = command;
  const isLong = ({ value }: Annotation): boolean =>
    maxSize !== null && value !== null && value.length > maxSize;
  const told = found.filter((annotation) => !isLong(annotation));
  if (told.length > 0) await io.send(formatAnnotations(annotated, told));
  const longest = Math.max(0, ...found.filter(isLong).map(({ value }) => value?.length ?? 0));
  return longest === 0
    ? okay('GETMETADATA completed')
    : okay('Some values are larger', `METADATA LONGENTRIES ${longest}`);
}

/** The METADATA response to LIST … RETURN (METADATA (…)) (RFC 9590 §3). */
export async function listMetadata(
  session: ImapSession,
  annotated: Annotated,
  entries: readonly MetadataEntryName[],
): Promise<readonly ResponsePart[]> {
  const stored = await readAnnotations(session, annotated);
  return formatAnnotations(
    annotated,
    entries.flatMap((entry) => withInferiors(stored, entry, 0)),
  );
}

export async function setMetadata(session: ImapSession, command: SetMetadataCommand): Promise<Completion> {
  const annotated = await findAnnotated(session, command.mailbox);
  if ('status' in annotated) return annotated;
  const refused = refuseValues(annotated, command);
  if (refused !== null) return refused;
  if (command.values.some(({ value }) => (value?.length ?? 0) > MAX_METADATA_VALUE_OCTETS)) return TOO_LARGE;
  const stored = await session.options.mailStore.metadata.set(annotated.place, {
    writer: session.signedIn.id,
    origin: session.transcript.sessionId,
    values: command.values.map(({ entry, value }) => ({
      name: entry.name,
      value: value === null ? null : Buffer.from(value, 'latin1'),
    })),
  });
  return stored.ok ? okay('SETMETADATA completed') : refuseFor(stored.error);
}

const TOO_LARGE = refuse('The value is too large', `METADATA MAXSIZE ${MAX_METADATA_VALUE_OCTETS}`);

function refuseFor(error: MetadataError): Completion {
  return error === 'tooMany'
    ? refuse('There are too many entries', 'METADATA TOOMANY')
    : refuseForMailbox(error);
}

/** An entry under the name that the answer gives it; null: it has no value. */
interface Annotation {
  readonly name: string;
  readonly value: Uint8Array | null;
}

type Annotations = ReadonlyMap<string, Uint8Array>;

async function readAnnotations(session: ImapSession, { place }: Annotated): Promise<Annotations> {
  const entries = await session.options.mailStore.metadata.list(place, session.signedIn.id);
  const stored = new Map(entries.map(({ name, value }) => [name, value]));
  // RFC 5464 §6.2.2: read-only, a URI; RFC 5321 §4.5.1 has somebody read it.
  if (place === 'server') stored.set('/shared/admin', Buffer.from(`mailto:postmaster@${domainOf(session)}`));
  return stored;
}

function domainOf(session: ImapSession): string {
  const { address } = session.signedIn;
  return address.slice(address.lastIndexOf('@') + 1);
}

/** RFC 5464 §4.2.2: with a depth, what exists of the entry and below it; without, the entry in any case (RFC 9590 §4: NIL). */
function withInferiors(stored: Annotations, entry: MetadataEntryName, depth: number): Annotation[] {
  const value = stored.get(entry.name) ?? null;
  const own = value === null && depth > 0 ? [] : [{ name: entry.spelled, value }];
  if (depth === 0) return own;
  const prefix = `${entry.name}/`;
  const inferiors = [...stored].filter(
    ([name]) => name.startsWith(prefix) && name.slice(prefix.length).split('/').length <= depth,
  );
  return [...own, ...inferiors.map(([name, inferior]) => ({ name, value: inferior }))];
}

function formatAnnotations({ wireName }: Annotated, annotations: readonly Annotation[]): ResponsePart[] {
  const parts = annotations.flatMap(({ name, value }, index): ResponsePart[] => [
    `${index === 0 ? '' : ' '}${formatAstring(name)} `,
    formatValue(value),
  ]);
  return [`* METADATA ${wireName} (`, ...parts, ')'];
}

/** RFC 5464 §5 value: a string where it is text, a literal8 where there is NUL. */
function formatValue(value: Uint8Array | null): ResponsePart {
  if (value === null) return 'NIL';
  const isAscii = value.every((octet) => octet > 0 && octet < 0x80);
  if (isAscii) return { private: formatString(Buffer.from(value).toString('latin1'), false) };
  return { octets: value.length, isBinary: value.includes(0), read: () => [value] };
}
