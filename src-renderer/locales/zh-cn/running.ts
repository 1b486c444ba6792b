/** 服务器在本机上如何运行。 */
export const running = {
  running: {
    title: '服务器',
    how: {
      service: '作为本机的系统服务运行',
      desktop: '在桌面应用中运行',
      byHand: '手动启动',
    },
    howText: {
      service: '它随电脑启动，无人登录时继续运行，出错后会自动重新启动。',
      desktop: '退出应用或注销后服务器就会停止；在此期间，邮件会在发送方服务器上等待。',
      byHand: '启动它的终端或脚本结束后，服务器随之停止，不会自动重新启动。',
    },
    since: '启动时间',
    version: '版本',
    versions: 'Postroom {version}，Node {node}',
    memory: '内存',
    account: '运行身份',
    process: '{account}，进程 {pid}',
    dataFolder: '数据文件夹',
    restart: '重新启动',
    restartTitle: '要重新启动服务器吗？',
    restartText:
      '它会完成正在收发的邮件后结束，几秒钟内恢复。邮件程序会自动重新连接，不会丢失任何内容；本页面也会自动重新连接，并请您重新登录。',
    restarting: '正在重新启动，本页面会自动重新连接。',
    cannotRestart: '要重新启动，请在启动它的终端中按 Ctrl+C 结束它，然后再次启动。',
    serviceTitle: '无人登录时',
    situations: {
      unsupported: '本机没有可用的服务管理器',
      notInstalled: '无人登录时邮件会停止',
      atBoot: '随电脑启动',
      notAtBoot: '正在运行，但不会随电脑启动',
      failed: '服务运行失败',
      stopped: '服务已安装，但没有运行',
      elsewhere: '另一个 Postroom 正作为服务运行',
    },
    situationText: {
      unsupported:
        'Postroom 支持 systemd、launchd 和 Windows 服务。在容器中由容器管理器负责：让它启动 “postroom serve”，并在出错结束时重新启动。',
      notInstalled:
        '作为服务，服务器随电脑启动，不需要任何人登录。它有自己的专用账户，只能访问自己的数据和 1024 以下的端口。',
      atBoot: '它有自己的专用账户，只能访问自己的数据和 1024 以下的端口，别无其他权限。',
      notAtBoot: '电脑下次启动后将没有邮件服务。重新安装即可解决。',
      failed: '原因可在日志中查看（postroom service logs）。解决后请重新启动服务。',
      stopped: '本页面来自另一个进程。两个服务器不能使用同一份数据：启动服务之前请先停止这一个。',
      elsewhere: '本页面来自另一个进程，使用它自己的数据。',
    },
    handOver: '作为服务运行',
    uninstall: '移除服务',
    askTitle: {
      handOver: '从现在起作为服务运行？',
      uninstall: '要移除服务吗？',
    },
    askText: {
      handOver:
        '将安装服务，本进程结束，由服务接管同样的邮件和设置。这需要几秒钟；可能会要求输入本机密码，之后需要在此重新登录。',
      uninstall: '服务将停止，不再随电脑启动。邮件和设置保留在原处。',
    },
    done: {
      handOver: '服务正在接管，本页面会自动重新连接。',
      uninstall: '服务已移除，数据仍在原处。',
    },
    paste: {
      install: '要安装它，请由本机管理员运行：',
      start: '要启动它：',
      restart: '要重新启动它：',
      uninstall: '要移除它（邮件和设置会保留）：',
    },
    stopFirst: '请先结束本进程（在其终端按 Ctrl+C）：正在使用的数据不会被移动。',
    ports: '不在标准位置的端口',
    portsText: '作为服务，Postroom 可以直接监听 1024 以下的端口，无需其他命令。',
  },
};
