/** What only words can say to put something right, in English and Chinese. */
export const ADVICE = {
  adviseResolver:
    'Check that this machine reaches a name server (port 53), or name another one in the settings; then check again.',
  adviseRegister: 'Register {domain} with a registrar, or correct its name here.',
  adviseForward: 'In your router or firewall, forward port {port} (TCP) to this machine and allow it.',
  adviseOutside: 'Set the address of a helper outside in the settings; it tells what the world sees.',
  adviseHelper:
    'On any machine outside your network run "postroom outside-helper", and enter its address in the settings.',
  adviseOpen25:
    'Allow outgoing port 25 in your router or firewall, or ask your provider to open it. If they refuse, let mail leave by a smart host.',
  adviseNoIpv6: 'If this cannot be had for IPv6, let mail leave over IPv4 only.',
  adviseSpfShorter:
    'Take out services that you no longer use, and replace an include: by the addresses that it stands for.',
  adviseLongText:
    'Paste the whole value into one field, without quotes and line breaks. If the form takes only 255 characters, paste the strings of one record, each in quotes, with one space between.',
  adviseReportsFirst:
    'Look at the DMARC reports first: once they show that all of your mail passes, ask for more.',
  adviseEnforce: 'Once TLS reports show no failures for two weeks, set the policy to enforce.',
  adviseDnssecBroken:
    'Ask who hosts the DNS to look at the DS record and the signatures of the zone, or take the DS record out at your registrar.',
  adviseDnssec:
    'Switch on DNSSEC where your DNS is hosted, and enter the DS record at your registrar if they are different.',
  adviseOwnResolver:
    'Lists refuse the resolvers of large providers. Run a resolver of your own on this machine, and name it in the settings.',
  adviseDelist:
    'Find out why first (a broken-in account, a device that sends), then ask {list} to take it off: {url}',
  adviseRenewDomain: 'Renew the registration with your registrar.',
  adviseSendSlowly: 'Send little at first, to people who answer. It passes by itself after some weeks.',
  adviseDisk: 'Empty Trash and Junk, lower quotas, or give the data folder a larger disk.',
  adviseContainer: 'In a container, tell its manager to start it again (restart: unless-stopped).',
  adviseBackup:
    'Name a second disk or a bucket of S3-compatible storage under Settings, Backups, and keep the recovery key away from this machine; the rest goes by itself.',
  adviseClock: 'Switch on "set the time automatically" (NTP) in the settings of this machine.',
  adviseDoctor: 'Stop the server and run "postroom doctor", which says what is damaged and can repair it.',
  advisePasswords: 'They are judged as soon as somebody chooses a new one.',
  adviseTryAgain: 'Check again in a few minutes.',
} as const;

export const ADVICE_CHINESE: Readonly<Record<keyof typeof ADVICE, string>> = {
  adviseResolver: '请确认本机能连接域名服务器（端口 53），或在设置中指定另一台，然后重新检查。',
  adviseRegister: '请在注册商处注册 {domain}，或在此更正名称。',
  adviseForward: '请在路由器或防火墙中将端口 {port}（TCP）转发到本机并放行。',
  adviseOutside: '请在设置中填写外部助手的地址；它会告诉您外界看到的情况。',
  adviseHelper: '请在网络之外的任意一台机器上运行“postroom outside-helper”，并在设置中填写其地址。',
  adviseOpen25: '请在路由器或防火墙中放行出站 25 端口，或请运营商开放。若遭拒绝，可让邮件经中继服务器发出。',
  adviseNoIpv6: '如果 IPv6 无法做到，请只通过 IPv4 发送邮件。',
  adviseSpfShorter: '请去掉不再使用的服务，并用具体地址代替 include:。',
  adviseLongText:
    '请将整个值粘贴到一个栏位，不带引号和换行。如果表单只接受 255 个字符，请在同一条记录中分段粘贴，每段加引号，中间空一格。',
  adviseReportsFirst: '请先查看 DMARC 报告：确认您的所有邮件都能通过后，再提高要求。',
  adviseEnforce: 'TLS 报告两周内没有失败后，请将策略设为强制（enforce）。',
  adviseDnssecBroken: '请让 DNS 托管商检查该区域的 DS 记录和签名，或在注册商处移除 DS 记录。',
  adviseDnssec: '请在 DNS 托管处启用 DNSSEC；如果注册商不同，请在注册商处填写 DS 记录。',
  adviseOwnResolver: '黑名单会拒绝大型服务商的解析器。请在本机运行自己的解析器，并在设置中指定。',
  adviseDelist: '请先查明原因（被盗的账户、自行发信的设备），再请求 {list} 移除：{url}',
  adviseRenewDomain: '请在注册商处续费。',
  adviseSendSlowly: '起初请少量发送给会回复的人。几周后会自行好转。',
  adviseDisk: '请清空“已删除邮件”和“垃圾邮件”，降低限额，或为数据文件夹换更大的磁盘。',
  adviseContainer: '在容器中运行时，请设置自动重启（restart: unless-stopped）。',
  adviseBackup:
    '请在“设置 → 备份”中指定另一块磁盘或兼容 S3 的存储桶，并将恢复密钥保存在本机之外；其余会自动进行。',
  adviseClock: '请在本机设置中启用“自动设置时间”（NTP）。',
  adviseDoctor: '请停止服务器并运行“postroom doctor”，它会说明损坏之处并可修复。',
  advisePasswords: '有人设置新密码时即会评估。',
  adviseTryAgain: '请几分钟后重新检查。',
};
