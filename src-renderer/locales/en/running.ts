/** Texts about how the server runs on its computer. */
export const running = {
  running: {
    title: 'The server',
    how: {
      service: 'Runs as a service of this computer',
      desktop: 'Runs in the desktop app',
      byHand: 'Was started by hand',
    },
    howText: {
      service:
        'It starts with the computer, goes on when nobody is logged in, and is started again when it fails.',
      desktop: 'It stops when you quit the app or log out; mail waits outside meanwhile.',
      byHand: 'It ends with the terminal or script that started it, and nothing starts it again.',
    },
    since: 'Since',
    version: 'Version',
    versions: 'Postroom {version}, Node {node}',
    memory: 'Memory',
    account: 'Runs as',
    process: '{account}, process {pid}',
    dataFolder: 'Data folder',
    restart: 'Restart',
    restartTitle: 'Restart the server?',
    restartText:
      'It finishes what is being sent or received, ends, and is back within seconds. Mail programs connect again by themselves; nothing is lost. This page does too, and asks you to sign in again.',
    restarting: 'It restarts; this page connects again by itself.',
    cannotRestart: 'To restart it, end it where it was started (Ctrl+C) and start it again.',
    serviceTitle: 'When nobody is logged in',
    situations: {
      unsupported: 'Nothing here runs services',
      notInstalled: 'Mail stops when nobody is logged in',
      atBoot: 'Starts with the computer',
      notAtBoot: 'Runs, but does not start with the computer',
      failed: 'The service failed',
      stopped: 'The service is installed and does not run',
      elsewhere: 'Another Postroom runs as the service',
    },
    situationText: {
      unsupported:
        'Postroom knows systemd, launchd and Windows services. In a container, its manager takes this part: have it start “postroom serve” and start it again when it ends with an error.',
      notInstalled:
        'As a service the server starts with the computer and goes on without anybody. It gets an account of its own that may do nothing else, and ports below 1024.',
      atBoot:
        'It has an account of its own, with rights to its data and to ports below 1024 and to nothing else.',
      notAtBoot:
        'After the next start of the computer there would be no mail. Installing it again puts that right.',
      failed: 'Its log says why: “postroom service logs”. When that is mended, start it.',
      stopped:
        'This page comes from another process. Two servers cannot have the same data: stop this one before you start the service.',
      elsewhere: 'This page comes from another process, with data of its own.',
    },
    handOver: 'Run as a service',
    uninstall: 'Remove the service',
    askTitle: {
      handOver: 'Run as a service from now on?',
      uninstall: 'Remove the service?',
    },
    askText: {
      handOver:
        'The service is installed, this process ends, and the service goes on with the same mail and settings. That takes some seconds; you may be asked for the password of this computer, and then sign in here again.',
      uninstall:
        'It is stopped and does not start with the computer any more. Mail and settings stay where they are.',
    },
    done: {
      handOver: 'The service takes over; this page connects again by itself.',
      uninstall: 'The service is gone; its data is where it was.',
    },
    paste: {
      install: 'To install it, an administrator of this computer runs:',
      start: 'To start it:',
      restart: 'To restart it:',
      uninstall: 'To remove it (mail and settings stay):',
    },
    stopFirst: 'End this process first (Ctrl+C in its terminal): data that is in use is not moved.',
    ports: 'Ports that are not where others look for them',
    portsText: 'As a service Postroom may listen on ports below 1024, without further commands.',
  },
};
