/** A queue with a story: what waits for whom and why, with the timeline of each, for pictures and for tests of the console. */
import type { MailEvent, RecipientOutcome } from '../../src-main/mail/events.ts';
import type { AttemptProgress, QueueRecipient } from '../../src-main/mail/queue/port.ts';
import type { ConsoleWorld } from './console-world.ts';
import { OUTSIDE, PEOPLE } from './office-people.ts';

const MINUTE_MS = 60_000;

interface Story {
  readonly to: readonly string[];
  readonly state: QueueRecipient['state'];
  readonly attempts: number;
  readonly status?: string;
  readonly diagnostic?: string;
  /** None where nobody answered. */
  readonly remoteMta?: string;
  readonly copies: number;
  /** The hold rule. */
  readonly heldBy?: string;
}

const STORIES: readonly Story[] = [
  {
    to: ['{n}.client@gmail.example'],
    state: 'deferred',
    attempts: 3,
    status: '4.7.0',
    diagnostic: '421 4.7.0 Try again later, closing connection',
    remoteMta: 'gmail-smtp-in.gmail.example',
    copies: 12,
  },
  {
    to: ['office{n}@spedition-keller.example', 'marta.keller@spedition-keller.example'],
    state: 'deferred',
    attempts: 1,
    status: '4.7.1',
    diagnostic: '450 4.7.1 <marta.keller@spedition-keller.example>: Greylisted, try again in 300 seconds',
    remoteMta: 'mx.spedition-keller.example',
    copies: 4,
  },
  {
    to: ['hanako@kyoto-pottery.example'],
    state: 'deferred',
    attempts: 6,
    status: '4.2.2',
    diagnostic: '452 4.2.2 The mailbox is over its quota',
    remoteMta: 'mail.kyoto-pottery.example',
    copies: 2,
  },
  {
    to: ['claire.martin@transports-martin.example'],
    state: 'held',
    attempts: 1,
    status: '5.7.1',
    diagnostic:
      '550 5.7.1 SPF check failed: 192.0.2.14 is not allowed to send mail from harbor-office.example',
    remoteMta: 'smtp.transports-martin.example',
    copies: 3,
  },
  {
    to: ['desk{n}@baltic-lines.example'],
    state: 'deferred',
    attempts: 8,
    status: '4.4.1',
    diagnostic: 'No answer from mx1.baltic-lines.example (198.51.100.200) on port 25: timed out after 30 s',
    copies: 5,
  },
  {
    to: ['sun.qiang@yunnan-tea.example'],
    state: 'held',
    attempts: 1,
    status: '5.1.1',
    diagnostic: '550 5.1.1 <sun.qiang@yunnan-tea.example>: Recipient address rejected: User unknown',
    remoteMta: 'mail.yunnan-tea.example',
    copies: 1,
    heldBy: 'Tea orders are checked first',
  },
  {
    to: ['anna.larsen@harbor-office.example'],
    state: 'deferred',
    attempts: 2,
    status: '4.2.2',
    diagnostic: 'Mailbox is over its quota; trying again',
    copies: 1,
  },
  { to: ['{n}@portnews.example', '{n}@customs.example.org'], state: 'queued', attempts: 0, copies: 3 },
];

export function fillQueue(world: ConsoleWorld): void {
  let number = 0;
  for (const story of STORIES) {
    for (let copy = 0; copy < story.copies; copy++) queueOne(world, story, ++number);
  }
  fillDesk(world);
  // Among the messages that are there already, by time.
  world.timelines.timelines.sort((a, b) => b.summary.receivedAt - a.summary.receivedAt);
}

/** What is under way, what rests, and the rules that hold. */
function fillDesk(world: ConsoleWorld): void {
  const now = world.clock.now();
  for (const [entryId, progress] of UNDER_WAY) {
    const recipients = [
      { ordinal: 0, address: '', state: 'queued', attempts: 0, nextAttemptAt: now } as const,
    ];
    world.activity.begin(entryId, recipients);
    world.activity.tell(entryId, [0], progress);
  }
  world.nextHops.put(
    {
      name: 'gmail.example',
      sessions: 0,
      waiting: 0,
      restsUntil: now + 7 * MINUTE_MS,
      reason: '4.7.0 421 4.7.0 Try again later, closing connection',
    },
    {
      name: 'baltic-lines.example',
      sessions: 0,
      waiting: 0,
      restsUntil: now + 22 * MINUTE_MS,
      reason:
        '4.4.1 No answer from mx1.baltic-lines.example (198.51.100.200) on port 25: timed out after 30 s',
    },
  );
  void world.settings.change({
    holdRules: [
      { id: '1', name: 'Tea orders are checked first', isEnabled: true, recipient: 'yunnan-tea.example' },
      {
        id: '2',
        name: 'Large mail from guests',
        isEnabled: false,
        client: '192.168.9.0/24',
        largerThanBytes: 20 * 2 ** 20,
      },
    ],
    routes: ROUTES,
  });
}

const ROUTES = ['partner.example', 'Archive'].map((name) => ({
  name,
  recipientDomain: 'partner.example',
  hosts: ['smtp.partner.example'],
  protocol: 'smtp' as const,
  tls: 'required' as const,
  verifyCertificate: true,
}));

const UNDER_WAY: readonly (readonly [entryId: string, AttemptProgress])[] = [
  ['q970k7d3fz0', { phase: 'content', host: 'mx.portnews.example', percent: 43 }],
  ['q969k7d3fz0', { phase: 'connecting', host: 'mx.portnews.example' }],
];

function queueOne(world: ConsoleWorld, story: Story, number: number): void {
  const now = world.clock.now();
  const receivedAt = now - number * 11 * MINUTE_MS;
  const person = PEOPLE[number % PEOPLE.length] ?? PEOPLE[0];
  const isOurs = story.to[0]?.endsWith('harbor-office.example') === true;
  const reversePath = isOurs ? (OUTSIDE[0]?.[0] ?? '') : `${person?.[0] ?? ''}@${person?.[2] ?? ''}`;
  const id = `q${String(1000 - number)}k7d3fz0`;
  const addresses = story.to.map((address) => address.replace('{n}', String(number)));
  const outcomeOf = (recipient: string, at: number): RecipientOutcome => ({
    kind: story.state === 'held' ? 'failed' : 'deferred',
    recipient,
    status: story.status ?? '',
    diagnostic: story.diagnostic ?? '',
    ...(story.remoteMta === undefined ? {} : { remoteMta: story.remoteMta }),
    at,
  });
  world.queue.restore({
    id,
    contentId: number,
    sizeBytes: 2000 + ((number * 48_271) % 900_000),
    reversePath,
    receivedAt,
    origin: isOurs ? 'reception' : 'submission',
    smtpUtf8: false,
    recipients: addresses.map((address, ordinal) => ({
      ordinal,
      address,
      state: story.state,
      attempts: story.attempts,
      nextAttemptAt: story.attempts === 0 ? receivedAt : now + ((number * 7) % 90) * MINUTE_MS,
      ...(story.heldBy === undefined ? {} : { heldBy: story.heldBy }),
      ...(story.attempts === 0 ? {} : { lastOutcome: outcomeOf(address, now - 4 * MINUTE_MS) }),
    })),
  });
  const sessionId = world.transcripts.records.find((record) => record.summary.protocol === 'smtp')?.summary
    .id;
  const attempts = addresses.flatMap((address) =>
    Array.from({ length: story.attempts }, (_, i): MailEvent => ({
      type: 'attempted',
      traceId: id,
      at: receivedAt + (i + 1) * 90_000,
      attempt: i + 1,
      outcome: outcomeOf(address, receivedAt + (i + 1) * 90_000),
      ...(sessionId === undefined || story.remoteMta === undefined ? {} : { sessionId }),
    })),
  );
  const summary = {
    traceId: id,
    receivedAt,
    via: isOurs ? ('reception' as const) : ('submission' as const),
    reversePath,
    author: reversePath,
    recipients: addresses,
    subject: 'Delivery window on Thursday',
    messageId: `<${id}@mail.example.com>`,
    sizeBytes: 2000,
    state: 'waiting' as const,
  };
  world.timelines.put(summary, [
    {
      type: 'received',
      traceId: id,
      at: receivedAt,
      via: summary.via,
      reversePath,
      recipients: addresses,
      sizeBytes: 2000,
      remoteAddress: '192.168.1.31',
      account: reversePath,
    },
    { type: 'queued', traceId: id, at: receivedAt + 4, recipients: addresses },
    ...attempts.toSorted((a, b) => a.at - b.at),
  ]);
}
