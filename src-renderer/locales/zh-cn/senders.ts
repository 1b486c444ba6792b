/** Lists of senders, and what messages are by hand. */
export const senders = {
  senders: {
    title: '发件人与垃圾邮件',
    for: '适用于',
    office: '整个办公室',
    block: '屏蔽此发件人',
    allow: '始终接受此发件人',
    junk: '这是垃圾邮件',
    notJunk: '这不是垃圾邮件',
    taughtJunk: '已学习为垃圾邮件：{owner}',
    taughtMail: '已学习为正常邮件：{owner}',
    done: {
      allow: '始终接受 {sender}：{owner}',
      block: '已屏蔽 {sender}：{owner}',
    },
    allowList: '始终接受的发件人',
    allowHint:
      "每行一个：ann{'@'}example.com，或 example.com（含其下级域名）。仅当 SPF、DKIM 或 DMARC 能证明其身份时才不计分放行；恶意内容始终拒收。",
    blockList: '屏蔽的发件人',
    blockHint: '每行一个。其邮件放入垃圾邮件箱。',
    officeBlockHint: '每行一个。其邮件将被拒收；也可填写客户端网段（192.0.2.0/24）。',
    officeTitle: '办公室的发件人名单',
    officeHint: '适用于所有人。各账户在“账户”的“投递”中有自己的名单。',
  },
};
