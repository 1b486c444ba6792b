/** The people of the office that the demo and the console's pictures show: two domains, twenty accounts, and who writes to them. */
/** Local-part, name and domain of everybody who has mail here. */
export const PEOPLE: readonly [string, string, string][] = [
  ['anna.larsen', 'Anna Larsen', 'harbor-office.example'],
  ['tom.becker', 'Tom Becker', 'harbor-office.example'],
  ['maria.gonzalez', 'María González', 'harbor-office.example'],
  ['jean.dupont', 'Jean Dupont', 'harbor-office.example'],
  ['priya.nair', 'Priya Nair', 'harbor-office.example'],
  ['oleg.petrov', 'Олег Петров', 'harbor-office.example'],
  ['sofia.rossi', 'Sofia Rossi', 'harbor-office.example'],
  ['kenji.tanaka', '田中健二', 'harbor-office.example'],
  ['frontdesk', 'Front desk', 'harbor-office.example'],
  ['accounting', 'Accounting', 'harbor-office.example'],
  ['printer.2nd-floor', 'Printer, 2nd floor', 'harbor-office.example'],
  ['helen.wright', 'Helen Wright', 'harbor-office.example'],
  ['wang.fang', '王芳', 'lotus-tea.example'],
  ['li.wei', '李伟', 'lotus-tea.example'],
  ['zhang.min', '张敏', 'lotus-tea.example'],
  ['chen.jing', '陈静', 'lotus-tea.example'],
  ['liu.yang', '刘洋', 'lotus-tea.example'],
  ['orders', '订单', 'lotus-tea.example'],
  ['warehouse', '仓库', 'lotus-tea.example'],
  ['zhao.lei', '赵磊', 'lotus-tea.example'],
];

/** Address, name, network address and host name of those who write from elsewhere. */
export const OUTSIDE: readonly [string, string, string, string][] = [
  ['billing@cloudhost.example.net', 'CloudHost Billing', '203.0.113.21', 'out4.cloudhost.example.net'],
  ['marta.keller@spedition-keller.example', 'Marta Keller', '198.51.100.7', 'mx.spedition-keller.example'],
  ['noreply@customs.example.org', 'Customs portal', '192.0.2.80', 'relay2.customs.example.org'],
  ['sun.qiang@yunnan-tea.example', '孙强', '203.0.113.150', 'mail.yunnan-tea.example'],
  [
    'claire.martin@transports-martin.example',
    'Claire Martin',
    '198.51.100.64',
    'smtp.transports-martin.example',
  ],
  ['newsletter@portnews.example', 'Port News', '192.0.2.33', 'bulk17.portnews.example'],
  ['hanako@kyoto-pottery.example', '山田花子', '203.0.113.99', 'mail.kyoto-pottery.example'],
  ['d.ivanova@baltic-lines.example', 'Дарья Иванова', '198.51.100.200', 'mx1.baltic-lines.example'],
];
