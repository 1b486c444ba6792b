/** Routes have a name, a protocol, and say whether certificates are verified; those of before get what they were. */
import type { Connection } from '../connection.ts';

export function nameRoutes(connection: Connection): void {
  // Two routes could lead from the same domain: the later one gets its number.
  connection.execute(`
    UPDATE setting SET value = (
      SELECT json_group_array(json_set(route.value,
        '$.name', route.value ->> 'recipientDomain' || CASE WHEN EXISTS (
          SELECT 1 FROM json_each(setting.value) AS earlier
          WHERE earlier.key < route.key AND earlier.value ->> 'recipientDomain' = route.value ->> 'recipientDomain'
        ) THEN ' (' || (route.key + 1) || ')' ELSE '' END,
        '$.protocol', 'smtp',
        '$.verifyCertificate', json('false')))
      FROM json_each(setting.value) AS route
    ) WHERE name = 'routes';
  `);
}
