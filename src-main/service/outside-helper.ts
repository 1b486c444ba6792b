/** `postroom outside-helper`: tells mail servers of this program how their port 25 looks from this machine. */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../base/result.ts';
import { startOutsideHelper, type OutsideHelperSetup } from '../host/outside-helper.ts';
import { parseEndpoint } from './options.ts';

export const OUTSIDE_HELPER_USAGE = `       postroom outside-helper [--listen ADDR:PORT] [--cert FILE --key FILE]
       runs on another machine: looks at port 25 of whoever asks it, and of nobody else (default 0.0.0.0:8026);
       enter its address in the settings of Health`;

const DEFAULT_LISTEN = '0.0.0.0:8026';

/** Runs until it is told to stop; the exit code, or a sentence where it cannot begin. */
export async function runOutsideHelper(args: readonly string[]): Promise<Result<number, string>> {
  const setup = await readSetup(args);
  if (!setup.ok) return setup;
  try {
    const helper = await startOutsideHelper(setup.value);
    console.log(`READY ${JSON.stringify({ url: helper.url })}`);
    await new Promise<void>((resolve) => {
      process.once('SIGTERM', resolve);
      process.once('SIGINT', resolve);
    });
    await helper.stop();
    return ok(0);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

export async function readSetup(args: readonly string[]): Promise<Result<OutsideHelperSetup, string>> {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ args: args.slice(1), options: { listen: text, cert: text, key: text } });
    const listen = parseEndpoint('--listen', values.listen ?? DEFAULT_LISTEN);
    if (!listen.ok) return listen;
    const { cert, key } = values;
    if ((cert === undefined) !== (key === undefined)) return err('--cert and --key belong together');
    const tls =
      cert === undefined || key === undefined
        ? null
        : { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
    return ok({ ...listen.value, tls, hostname: hostname() });
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
