/** 简体中文: the frame, common words, problems. */
import type { Messages } from '../en.ts';

export const general: Pick<
  Messages,
  | 'app'
  | 'nav'
  | 'frame'
  | 'theme'
  | 'language'
  | 'common'
  | 'state'
  | 'problems'
  | 'refusals'
  | 'signIn'
  | 'severity'
  | 'palette'
  | 'time'
> = {
  app: { name: 'Postroom', skip: '跳到页面内容' },
  nav: {
    label: '页面',
    overview: '总览',
    queue: '队列',
    messages: '邮件',
    transcripts: '会话记录',
    accounts: '账户',
    relay: '中继规则',
    settings: '设置',
  },
  frame: {
    search: '查找…',
    searchHint: '查找页面、账户或邮件',
    theme: '主题',
    language: '语言',
    signedInAs: '已登录：{name}',
    signOut: '退出登录',
    setupAgain: '重新运行设置向导',
    live: '实时',
    connecting: '正在连接',
    lost: '连接已断开',
    lostDetail: '当前显示的内容不是最新的，正在自动重试。',
    retryNow: '立即重试',
  },
  theme: { system: '跟随系统', light: '浅色', dark: '深色' },
  language: { system: '跟随系统', en: 'English', 'zh-CN': '简体中文' },
  common: {
    add: '添加',
    undo: '撤销',
    cancel: '取消',
    save: '保存',
    remove: '删除',
    close: '关闭',
    copy: '复制',
    copied: '已复制',
    copyFailed: '无法复制',
    copyOne: '复制{what}',
    retry: '重试',
    back: '上一步',
    next: '继续',
    skip: '跳过此步',
    finish: '完成',
    all: '全部',
    yes: '是',
    no: '否',
    none: '无',
    never: '从未',
    loading: '正在加载',
    clear: '清除',
    show: '显示',
    hide: '隐藏',
    generate: '生成',
    more: '更多',
    actions: '操作',
    noLimit: '不限',
    on: '开',
    off: '关',
    firstShown: '仅显示前 {shown} 项，共 {total} 项。请搜索以缩小范围。',
  },
  state: { ok: '正常', idle: '空闲', warning: '需要留意', error: '不工作', off: '已关闭' },
  problems: {
    lost: '无法连接到服务器。请确认 Postroom 正在运行，然后重试。',
    signedOut: '登录已失效。请重新登录后再试。',
    tooMany: '密码错误次数过多，请在 {minutes} 分钟后重试。',
    input: '服务器不接受所填内容，请检查各字段。',
    fault: '服务器内部出错，详情见其日志。',
    title: '无法加载',
  },
  refusals: {
    domainExists: '该域名已存在。',
    noSuchDomain: '没有这个域名（或已被删除）。',
    domainInUse: '该域名下还有账户或别名，请先删除它们。',
    domainInRules: '有中继规则允许任何人向该域名之下的所有域名发信。请先修改该规则，否则会成为开放中继。',
    addressTaken: '该地址已被某个账户或别名使用。',
    noSuchAccount: '没有这个账户（或已被删除）。',
    noSuchAlias: '没有这个别名（或已被删除）。',
    invalidAddress: '地址无效。',
    invalidDomain: '域名无效，正确的写法如 example.com。',
    weakPassword: '密码太容易被猜中，请使用更长的密码。',
    changedMeanwhile: '其间已有他人修改。请查看当前内容后再试。',
    passwordMissing: '请输入密码：密码只为当初保存时的主机和用户保留。',
    notListening: 'SMTP 端口没有监听，请看“设置”中的“监听端口”。',
    invalidHostname: '这不是完整的服务器名称，正确的写法如 mail.example.com。',
    wrongNameOrPassword: '名称或密码错误。',
    alreadySetUp: '此服务器已有管理员，请直接登录。',
    notOnThisMachine: '第一位管理员只能在运行 Postroom 的机器上创建。',
    noSuchMessage: '没有这封邮件（或已不再保留）。',
    noSuchSession: '该会话的记录已不再保留。',
    testMessageFailed: '测试邮件未被接受，原因见服务器日志。',
    cannotSignInHere: '无法通过此连接登录。',
    tooLateToUndo: '已无法撤销。',
  },
  signIn: {
    title: '登录',
    intro: '这里是邮件服务器的控制台。',
    name: '名称',
    password: '密码',
    submit: '登录',
    hint: '请使用管理员的名称和密码，而不是邮件账户的。',
    unreachable: '正在等待服务器…',
  },
  severity: { error: '错误', warning: '警告', notice: '提示' },
  palette: {
    label: '查找页面、账户和邮件',
    placeholder: '页面、姓名、地址、主题…',
    pages: '页面与操作',
    accounts: '账户',
    messages: '邮件',
    nothing: '没有找到。',
    keys: '↑ ↓ 选择，Enter 打开，Esc 关闭',
  },
  time: { justNow: '刚刚' },
};
