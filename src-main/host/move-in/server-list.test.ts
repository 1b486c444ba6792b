import { describe, expect, it } from 'vitest';
import { parseServerList } from './server-list.ts';

describe('a list of servers', () => {
  const defaults = { server: 'old.example', mustVerify: true };

  it('is read as spreadsheets save it', () => {
    const text =
      'Address,Password,Server,Port,TLS,User\r\nanna@example.com,"a,b",,,,\r\ntom@example.com,x,mx.example,143,starttls,tom\r\n';
    expect(parseServerList(text, defaults)).toEqual({
      ok: true,
      value: [
        {
          line: 2,
          address: 'anna@example.com',
          target: {
            ...{ host: 'old.example', port: 993, tls: 'implicit', mustVerify: true },
            credentials: { user: 'anna@example.com', password: 'a,b' },
          },
        },
        {
          line: 3,
          address: 'tom@example.com',
          target: {
            ...{ host: 'mx.example', port: 143, tls: 'starttls', mustVerify: true },
            credentials: { user: 'tom', password: 'x' },
          },
        },
      ],
    });
  });

  it.each([
    ['name,password\nx,y', ['1 null noTitles ']],
    ['', ['1 null noTitles ']],
    ['address,password\n', ['1 null noAccounts ']],
    [
      'address,password\nanna,x\n@,y\nb@c,\nd@c,x\nD@C,y',
      ['2 address noAddress anna', '3 address noAddress @', '4 password noPassword ', '6 address twice D@C'],
    ],
    ['address,password,port\na@b,x,0', ['2 port wrongPort 0']],
    ['address,password,tls\na@b,x,maybe', ['2 tls wrongTls maybe']],
    ['address,password,server\na@b,x,imap://old', ['2 server wrongServer imap://old']],
  ])('with a mistake is refused whole, each with its row and column: %j', (text, expected) => {
    const list = parseServerList(text, defaults);
    const told = list.ok ? [] : list.error;
    expect(
      told.map(({ line, column, problem, value }) => `${line} ${String(column)} ${problem} ${value}`),
    ).toEqual(expected);
  });

  it('asks for the server where nobody named one, and never tells a password', () => {
    const list = parseServerList('address,password\nanna,secret-1', { server: null, mustVerify: true });
    expect(list).toMatchObject({
      error: [{ problem: 'noAddress' }, { column: 'server', problem: 'noServer' }],
    });
    expect(JSON.stringify(list)).not.toContain('secret-1');
  });
});
