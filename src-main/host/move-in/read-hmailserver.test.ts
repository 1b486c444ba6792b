import { describe, expect, it } from 'vitest';
import { HMAILSERVER_BACKUP, inPieces } from './hmailserver-backup.fixture.ts';
import { readHmailserver, type ForeignAccount } from './read-hmailserver.ts';
import { readMessages, type ForeignMessage } from './read-messages.ts';

async function readAccount(): Promise<ForeignAccount> {
  const backup = await readHmailserver(inPieces(HMAILSERVER_BACKUP));
  const account = backup.ok ? backup.value.domains[0]?.accounts[0] : undefined;
  if (account === undefined) throw new Error('there is no account');
  return account;
}

async function messagesOf(account: ForeignAccount, text: string): Promise<readonly ForeignMessage[]> {
  const { start, end } = account.span;
  const part = Buffer.from(text).subarray(start, end).toString();
  const messages: ForeignMessage[] = [];
  for await (const message of readMessages(inPieces(part), account)) messages.push(message);
  return messages;
}

describe('a backup of hMailServer', () => {
  it('has folders in folders, also those without messages', async () => {
    expect((await readAccount()).folders).toEqual([
      { path: ['INBOX'], messages: 2, uses: [] },
      { path: ['INBOX', 'Customers'], messages: 1, uses: [] },
      { path: ['Archive'], messages: 0, uses: [] },
      { path: ['Archive', '2019 > 2020'], messages: 0, uses: [] },
    ]);
  });

  it('has the messages of an account where the account stands', async () => {
    const messages = await messagesOf(await readAccount(), HMAILSERVER_BACKUP);
    expect(messages.map(({ folder, fileName, flags }) => [folder.join('/'), fileName, flags])).toEqual([
      ['INBOX', '{A1B2}.eml', 5],
      ['INBOX', '{A1B3}.eml', 0],
      ['INBOX/Customers', '{C3D4}.eml', 9],
    ]);
    expect(messages[0]?.createdAt).toBe(new Date(2024, 4, 1, 9, 30).getTime());
  });

  it('that is another one by the time its messages are read is noticed', async () => {
    const account = await readAccount();
    const changed = HMAILSERVER_BACKUP.replace('<Backup>', '<Backup><Properties/>');
    await expect(messagesOf(account, changed)).rejects.toThrow('has changed while it was read');
    const other = HMAILSERVER_BACKUP.replace('Account Name="anna@', 'Account Name="anne@');
    await expect(messagesOf(account, other)).rejects.toThrow('has changed while it was read');
  });

  it('is read in memory that does not grow with its messages', async () => {
    const cut = HMAILSERVER_BACKUP.indexOf('</Messages>');
    const message = '<Message CreateTime="2024-05-01 09:30:00" Filename="{A1B2}.eml" Flags="5"/>';
    const thousand = Buffer.from(message.repeat(1000));
    async function* longBackup(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(HMAILSERVER_BACKUP.slice(0, cut));
      for (let count = 0; count < 600; count++) yield await Promise.resolve(thousand);
      yield Buffer.from(HMAILSERVER_BACKUP.slice(cut));
    }
    const before = process.memoryUsage().heapUsed;
    const backup = await readHmailserver(longBackup());
    if (!backup.ok) throw new Error(backup.error);
    expect(backup.value.domains[0]?.accounts[0]?.folders[0]).toEqual({
      path: ['INBOX'],
      messages: 600_002,
      uses: [],
    });
    // The file would be 46 MB, its elements several times that.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 2 ** 20);
  });

  it.each([
    ['<Backup/>', 'no domains'],
    ['<!DOCTYPE x>', 'a document type declaration is not allowed'],
    ['', 'there is no element'],
    ['<Backup><Domains>', 'an element is not closed'],
  ])('%s is refused', async (text, error) => {
    const read = await readHmailserver(inPieces(text));
    expect(read).toEqual({ ok: false, error: `not a backup of hMailServer: ${error}` });
  });
});
