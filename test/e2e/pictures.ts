/**
 * Pictures of every page of a console, for looking at: light and dark, English and Chinese, two widths.
 *
 * node test/e2e/pictures.ts --url http://127.0.0.1:8065/ [--name admin] [--password postroom-demo]
 *   [--out test-results] [--only overview,messages] [--looks light-en-1440,dark-zh-1024]
 * Prints what the browser complained of, and fails if it did.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

interface Look {
  readonly theme: 'light' | 'dark';
  readonly locale: 'en' | 'zh-CN';
  readonly width: number;
}

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What to do before the page opens. */
  readonly prepare?: (page: Page) => Promise<void>;
  /** What to do before the picture. */
  readonly act?: (page: Page) => Promise<void>;
}

const HEIGHTS: Readonly<Record<number, number>> = { 1440: 900, 1024: 768 };
const DEFAULT_LOOKS = ['light-en-1440', 'dark-en-1440', 'light-zh-1440', 'dark-zh-1024', 'light-en-1024'];

const openFirstRow = async (page: Page): Promise<void> => {
  await page.locator(`[role=grid] [data-index="1"]`).click({ timeout: 5000 });
  await page.waitForTimeout(400);
};
const pressButton =
  (index: number) =>
  async (page: Page): Promise<void> => {
    await openFirstRow(page);
    await page.locator('aside .actions button').nth(index).click();
    await page.waitForTimeout(500);
  };

const share = async (page: Page, index = 0): Promise<void> => {
  await page.locator('[role=grid] .link-button').nth(index).click({ timeout: 5000 });
  await page.waitForTimeout(500);
};

const openHealthRow =
  (selector: string) =>
  async (page: Page): Promise<void> => {
    await page.locator(selector).first().click({ timeout: 5000 });
    await page.waitForTimeout(400);
  };
const openRow =
  (index: number) =>
  async (page: Page): Promise<void> => {
    await page.locator(`[role=grid] [data-index="${String(index)}"]`).click({ timeout: 5000 });
    await page.waitForTimeout(400);
  };
const openUnderWay = openRow(0);
const openRules = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^(Hold rules|暂扣规则)$/ }).click();
  await page.waitForTimeout(500);
};

const orderEverything =
  (...labels: readonly string[]) =>
  async (page: Page): Promise<void> => {
    await page.locator('[role=columnheader] input').click();
    await page.getByRole('button', { name: new RegExp(`^(${labels.join('|')})$`) }).click();
    await page.waitForTimeout(500);
  };

/** The records of one of the domains: the first or the second. */
const openRecords =
  (index: number, ...buttons: readonly RegExp[]) =>
  async (page: Page): Promise<void> => {
    await page
      .getByRole('button', { name: /^(DNS records|DNS 记录)$/ })
      .nth(index)
      .click();
    await page.waitForTimeout(500);
    for (const name of buttons) {
      await page.getByRole('button', { name }).last().click();
      await page.waitForTimeout(700);
    }
  };
const PUBLISH = /^(Publish…|发布…)$/;
const ZONE_FILE = /^(Zone file…|区域文件…)$/;

const chooseList = async (page: Page): Promise<void> => {
  await page.getByRole('radio', { name: /IMAP/ }).check({ force: true });
  await page.fill('#move-in-csv', 'address,password\nanna,x');
  await page.waitForTimeout(300);
};
const lookAtBackup = async (page: Page): Promise<void> => {
  await page.locator('label[for=move-in-place] + div .el-select').click();
  await page.getByRole('option').first().click();
  await page.getByRole('button', { name: /^(Look at what will come|查看会搬来什么)$/ }).click();
  await page.waitForTimeout(700);
};

export const SHOTS: readonly Shot[] = [
  { name: 'fix-records', path: '/accounts/domains', act: openRecords(0) },
  {
    name: 'fix-records-route53',
    path: '/accounts/domains',
    act: async (page) => {
      await openRecords(1)(page);
      await page.locator('.provider .el-select').click();
      await page.getByRole('option', { name: /Route 53/ }).click();
      await page.locator('.provider summary').click();
      await page.waitForTimeout(400);
    },
  },
  { name: 'fix-publish', path: '/accounts/domains', act: openRecords(0, PUBLISH) },
  { name: 'fix-publish-by-hand', path: '/accounts/domains', act: openRecords(1, PUBLISH) },
  { name: 'fix-keeper', path: '/accounts/domains', act: openRecords(0, PUBLISH, /^(Change…|更改…)$/) },
  {
    name: 'fix-keeper-failed',
    path: '/accounts/domains',
    act: async (page) => {
      await openRecords(1, PUBLISH, /^(Change…|更改…)$/)(page);
      await page.locator('label[for=keeper-kind] + div .el-select').click();
      await page.getByRole('option', { name: /RFC 2136/ }).click();
      await page.fill('#keeper-server', '127.0.0.1:9');
      await page.fill('#keeper-key', 'postroom');
      await page.fill('#keeper-secret', 'c2VjcmV0c2VjcmV0c2VjcmV0');
      await page.getByRole('button', { name: /^(Test|测试)$/ }).click();
      await page.waitForTimeout(800);
    },
  },
  { name: 'fix-zone-file', path: '/accounts/domains', act: openRecords(0, ZONE_FILE) },
  {
    name: 'fix-zone-compared',
    path: '/accounts/domains',
    act: async (page) => {
      await openRecords(0, ZONE_FILE)(page);
      const text = '@ MX 5 mx.old.example.\n@ TXT "v=spf1 include:news.example ~all"\nwww A x\n@ NS ns1\n';
      await page.locator('.pasted textarea').fill(text);
      await page.getByRole('button', { name: /^(Compare|比较)$/ }).click();
      await page.waitForTimeout(600);
      await page.locator('.problems').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'fix-published',
    path: '/accounts/domains',
    act: async (page) => {
      await openRecords(0, PUBLISH)(page);
      const undo = page.getByRole('button', { name: /^(Take it back|撤销)$/ });
      if ((await undo.count()) > 0) await undo.click();
      await page.getByRole('button', { name: /^(Make \d+ changes?|进行 \d+ 项更改)$/ }).click();
      await page.waitForTimeout(900);
    },
  },
  {
    name: 'fix-device-told',
    path: '/accounts',
    act: async (page) => {
      await pressButton(0)(page);
      const tell = page.getByRole('button', { name: /^(Tell them|开始提供)$/ });
      if ((await tell.count()) > 0) await tell.click();
      await page.waitForTimeout(700);
    },
  },
  { name: 'move-in', path: '/accounts/move-in' },
  { name: 'move-in-list', path: '/accounts/move-in', act: (page) => chooseList(page) },
  { name: 'move-in-plan', path: '/accounts/move-in', act: (page) => lookAtBackup(page) },
  {
    name: 'move-in-run',
    path: '/accounts/move-in',
    act: async (page) => {
      await lookAtBackup(page);
      await page.getByRole('button', { name: /^(Start moving in|开始搬入)$/ }).click();
      await page.waitForTimeout(700);
    },
  },
  {
    name: 'move-in-over',
    path: '/accounts/move-in',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Cancel|取消)$/ }).click();
      await page.waitForTimeout(900);
    },
  },
  {
    name: 'move-in-finished',
    path: '/accounts/move-in',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Finish|结束)$/ }).click();
      await page.waitForTimeout(700);
    },
  },
  { name: 'profile', path: '/profile' },
  { name: 'administrators', path: '/settings/administrators' },
  {
    name: 'administrator-add',
    path: '/settings/administrators',
    act: async (page) => {
      await page.locator('.below button').click();
      await page.fill('#administrator-name', 'anna');
      await page.fill('#administrator-password', 'anna2024');
    },
  },
  { name: 'totp', path: '/profile', act: (page) => page.click('#set-up-totp') },
  { name: 'audit', path: '/settings/audit' },
  { name: 'overview', path: '/overview' },
  { name: 'queue', path: '/queue' },
  { name: 'queue-open', path: '/queue?nextHop=spedition-keller.example', act: openFirstRow },
  { name: 'queue-by-domain', path: '/queue?group=nextHop' },
  { name: 'queue-by-reply', path: '/queue?group=reply' },
  { name: 'queue-no-match', path: '/queue?text=zzzzz' },
  { name: 'queue-delete', path: '/queue?nextHop=gmail.example', act: orderEverything('Delete', '删除') },
  {
    name: 'queue-held',
    path: '/queue?nextHop=portnews.example',
    act: async (page) => {
      await orderEverything('Hold', '暂扣')(page);
      await page.locator('[role=dialog] button[type=submit]').click();
      await page.waitForTimeout(900);
    },
  },
  { name: 'queue-under-way', path: '/queue?state=active', act: openUnderWay },
  { name: 'queue-held-by-rule', path: '/queue?text=yunnan', act: openRow(0) },
  {
    name: 'queue-change-next-hop',
    path: '/queue?nextHop=gmail.example',
    act: async (page) => {
      await orderEverything('Change next hop', '更改下一跳')(page);
      await page.locator('[role=dialog] input[value=host]').check();
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'queue-bounce',
    path: '/queue?nextHop=gmail.example',
    act: orderEverything('Bounce now', '立即退信'),
  },
  {
    name: 'queue-edit',
    path: '/queue?nextHop=spedition-keller.example',
    act: async (page) => {
      await openRow(0)(page);
      await page.getByRole('button', { name: /^(Edit recipients|编辑收件人)$/ }).click();
      await page.waitForTimeout(400);
    },
  },
  { name: 'queue-rules', path: '/queue', act: openRules },
  {
    name: 'queue-rule-new',
    path: '/queue',
    act: async (page) => {
      await openRules(page);
      await page.getByRole('button', { name: /^(Add a rule|添加规则)$/ }).click();
      await page.waitForTimeout(300);
    },
  },
  { name: 'messages', path: '/messages' },
  { name: 'messages-open', path: '/messages', act: openFirstRow },
  { name: 'messages-no-match', path: '/messages?text=zzzzz' },
  { name: 'messages-person', path: '/messages?person=anna.larsen@harbor-office.example', act: openFirstRow },
  { name: 'messages-failed', path: '/messages?state=failed', act: openFirstRow },
  { name: 'transcripts', path: '/transcripts' },
  { name: 'transcripts-said', path: '/transcripts?said=RCPT', act: openFirstRow },
  { name: 'transcripts-gone', path: '/transcripts/1jm000000zzzzzzz' },
  { name: 'retention', path: '/settings/retention' },
  {
    name: 'retention-content',
    path: '/settings/retention',
    act: (page) => page.locator('.el-switch').nth(1).click(),
  },
  { name: 'transcripts-open', path: '/transcripts?protocol=smtp', act: openFirstRow },
  { name: 'transcripts-errors', path: '/transcripts?errors=1', act: openFirstRow },
  { name: 'transcripts-imap', path: '/transcripts?protocol=imap', act: openFirstRow },
  { name: 'accounts', path: '/accounts' },
  { name: 'accounts-open', path: '/accounts', act: openFirstRow },
  { name: 'accounts-device', path: '/accounts', act: pressButton(0) },
  { name: 'accounts-edit', path: '/accounts', act: pressButton(2) },
  { name: 'accounts-delivery', path: '/accounts', act: pressButton(3) },
  { name: 'accounts-remove', path: '/accounts', act: pressButton(8) },
  { name: 'accounts-pop3', path: '/accounts', act: pressButton(5) },
  { name: 'accounts-transfer', path: '/accounts', act: pressButton(6) },
  { name: 'rules', path: '/accounts/1/rules' },
  { name: 'rules-empty', path: '/accounts/2/rules' },
  {
    name: 'rules-edit',
    path: '/accounts/1/rules',
    act: async (page) => {
      await page.locator('li .name').first().click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'rules-reply',
    path: '/accounts/1/rules',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Change|更改)$/ }).click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'rules-text-wrong',
    path: '/accounts/1/rules',
    act: async (page) => {
      await page.locator('textarea').fill('require "fileinto";\nfileinto :create "X";\njump;\n');
      await page.waitForTimeout(900);
    },
  },
  { name: 'office-scripts', path: '/filters/scripts' },
  {
    name: 'office-scripts-add',
    path: '/filters/scripts',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Add script|添加脚本)$/ }).click();
      await page.waitForTimeout(400);
      await page.locator('[role=dialog] input').first().fill('Newsletters');
      await page.locator('[role=dialog] textarea').fill('require "fileinto";\nfilinto "News";\n');
      await page.locator('[role=dialog] button[type=submit]').click();
      await page.waitForTimeout(600);
    },
  },
  { name: 'groups', path: '/accounts/groups' },
  { name: 'groups-open', path: '/accounts/groups', act: openRow(0) },
  { name: 'groups-no-match', path: '/accounts/groups?text=zzzzz' },
  { name: 'aliases-open', path: '/accounts/aliases', act: openRow(0) },
  {
    name: 'domain-settings',
    path: '/accounts/domains',
    act: async (page) => {
      await page
        .getByRole('button', { name: /^(Settings|设置)$/ })
        .first()
        .click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'accounts-import',
    path: '/accounts',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Import CSV|导入 CSV)$/ }).click();
      await page
        .locator('#import-csv')
        .fill('otto@example.com,Otto Berger,a-new-password,500\ntom@example.com,Tom,x');
      await page.locator('[role=dialog] button[type=submit]').click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'accounts-pull',
    path: '/accounts',
    act: async (page) => {
      await pressButton(6)(page);
      await page.getByRole('button', { name: /^(From another server…|从另一台服务器…)$/ }).click();
      await page.waitForTimeout(500);
    },
  },
  { name: 'accounts-add', path: '/accounts?add=1' },
  { name: 'accounts-share', path: '/accounts', act: (page) => share(page) },
  { name: 'shared', path: '/accounts/shared' },
  { name: 'shared-open', path: '/accounts/shared', act: openFirstRow },
  {
    name: 'shared-share',
    path: '/accounts/shared',
    act: async (page) => {
      await share(page, 3);
      await page.locator('[role=dialog] summary').first().click();
      await page
        .locator('[role=dialog] label', { hasText: /^\s*(Can manage|可管理)\s*$/ })
        .nth(5)
        .click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'shared-add',
    path: '/accounts/shared',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Add shared mailbox|添加共享邮箱)$/ }).click();
      await page.waitForTimeout(400);
    },
  },
  { name: 'shared-no-match', path: '/accounts/shared?text=zzzzz' },
  { name: 'aliases', path: '/accounts/aliases' },
  { name: 'reports', path: '/reports' },
  { name: 'reports-week', path: '/reports?days=7' },
  { name: 'reports-tls', path: '/reports/tls' },
  {
    name: 'reports-settings',
    path: '/reports',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Settings…|设置…)$/ }).click();
      await page.waitForTimeout(500);
    },
  },
  { name: 'sign-ins', path: '/sign-ins' },
  { name: 'sign-ins-refused', path: '/sign-ins?refused=1' },
  {
    name: 'sign-ins-means',
    path: '/sign-ins',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Ways to sign in…|登录方式…)$/ }).click();
      await page.waitForTimeout(400);
      for (const index of [0, 1]) await page.locator('.el-dialog .el-switch').nth(index).click();
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'app-passwords',
    path: '/accounts',
    act: async (page) => {
      await openRow(0)(page);
      await page.getByRole('button', { name: /^(App passwords…|应用密码…)$/ }).click();
      await page.waitForTimeout(400);
      await page.fill('#app-password-name', 'Tablet');
      await page.locator('.el-dialog form button[type=submit]').click();
      await page.waitForTimeout(400);
    },
  },
  { name: 'domains', path: '/accounts/domains' },
  {
    name: 'domains-records',
    path: '/accounts/domains',
    act: async (page) => {
      await page.locator('tbody button').first().click();
      await page.waitForTimeout(500);
    },
  },
  { name: 'health', path: '/health' },
  { name: 'health-trouble', path: '/health?state=trouble' },
  { name: 'health-open', path: '/health', act: openHealthRow('button:has-text("SPF")') },
  { name: 'health-open-mx', path: '/health', act: openHealthRow('button:has(.subject):has-text("oldhost")') },
  {
    name: 'health-ignore',
    path: '/health',
    act: async (page) => {
      await openHealthRow('.rows button')(page);
      await page.getByRole('button', { name: /^(Ignore…|忽略…)$/ }).click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'health-settings',
    path: '/health',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Settings…|设置…)$/ }).click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'health-running',
    path: '/health',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Check everything|全部检查)$/ }).click();
      await page.waitForTimeout(300);
    },
  },
  { name: 'relay', path: '/relay' },
  {
    name: 'relay-smart-host',
    path: '/relay#leaving',
    act: async (page) => {
      await page.locator('input[value=smarthost]').check();
      await page.fill('#smart-host', 'smtp.provider.example');
      await page.fill('#smart-host-user', 'office');
      await page.fill('#smart-host-password', 'wrong');
      await page.locator('.trial button').click();
      await page.locator('.result').waitFor();
      await page.locator('#leaving').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'relay-route',
    path: '/relay',
    act: async (page) => {
      await page.locator('section[aria-labelledby=routes-title] .sentence').first().click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'relay-try-out',
    path: '/relay',
    act: async (page) => {
      await page.fill('#try-from', 'stranger@evil.example');
      await page.fill('#try-to', 'jack@server2.example');
      await page.locator('section[aria-labelledby=try-out-title] button').click();
      await page.locator('[aria-labelledby=try-out-title] [role=status]').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'relay-self-test',
    path: '/relay#self-test',
    act: async (page) => {
      await page.locator('#self-test .panel-head button').click();
      await page.locator('#self-test .row').nth(3).click();
      await page.locator('#self-test .box').waitFor();
      await page.locator('#self-test').evaluate((element) => element.scrollIntoView());
    },
  },
  { name: 'relay-add', path: '/relay?add=1' },
  { name: 'filters', path: '/filters' },
  { name: 'filters-open', path: '/filters', act: openRow(1) },
  { name: 'filters-open-office', path: '/filters', act: openRow(4) },
  {
    name: 'filters-forget',
    path: '/filters/checks',
    act: async (page) => {
      await page
        .getByRole('button', { name: /^(Forget|忘记|清除)/ })
        .first()
        .click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'filters-quarantine-settings',
    path: '/filters/checks',
    act: (page) => page.locator('[aria-labelledby=quarantine-settings-title]').scrollIntoViewIfNeeded(),
  },
  { name: 'filters-checks', path: '/filters/checks' },
  { name: 'filters-rules', path: '/filters/rules' },
  { name: 'filters-engines', path: '/filters/engines' },
  {
    name: 'filters-engine-failed',
    path: '/filters/engines',
    act: async (page) => {
      if ((await page.getByText('OpenDKIM').count()) === 0) {
        await page.getByRole('button', { name: /^(Add engine|添加引擎)$/ }).click();
        await page.locator('label[for=engine-kind] + div .el-select').click();
        await page.getByRole('option', { name: 'milter' }).click();
        await page.fill('#engine-name', 'OpenDKIM');
        await page.locator('.el-dialog button[type=submit]').click();
        await page.waitForTimeout(500);
      }
      await page
        .getByRole('button', { name: /^(Test|测试)$/ })
        .first()
        .click();
      await page.waitForTimeout(500);
    },
  },
  { name: 'settings', path: '/settings' },
  { name: 'settings-identity', path: '/settings#identity' },
  { name: 'settings-certificate', path: '/settings#certificate' },
  { name: 'certificates', path: '/settings/certificates' },
  {
    name: 'certificates-published',
    path: '/settings/certificates',
    act: async (page) => {
      await page.locator('#published').scrollIntoViewIfNeeded();
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'certificates-outbound',
    path: '/settings/certificates',
    act: async (page) => {
      await page.locator('#outbound').scrollIntoViewIfNeeded();
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'certificates-add',
    path: '/settings/certificates',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Add a certificate|添加证书)$/ }).click();
      await page.locator('#certificate-certificate').fill('nothing of the kind');
      await page.locator('#certificate-key').fill('neither');
      await page.locator('[role=dialog] button[type=submit]').click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'certificates-authority',
    path: '/settings/certificates',
    act: async (page) => {
      await page.locator('#authority .panel-head button').click();
      await page.waitForTimeout(500);
    },
  },
  { name: 'backups', path: '/settings/backups' },
  {
    name: 'backups-open',
    path: '/settings/backups',
    act: async (page) => {
      const inside = page.getByRole('button', { name: /^(Look into it|查看内容)$/ }).first();
      await inside.click({ timeout: 5000 });
      await page.locator('[aria-labelledby=browse-title]').waitFor();
      await page.waitForTimeout(700);
    },
  },
  {
    name: 'backups-runs',
    path: '/settings/backups',
    act: (page) => page.locator('[aria-labelledby=backup-runs-title]').scrollIntoViewIfNeeded(),
  },
  { name: 'encryption', path: '/settings/encryption' },
  {
    name: 'encryption-switch',
    path: '/settings/encryption',
    act: async (page) => {
      await page.locator('.panel-head .buttons button').last().click();
      await page.waitForTimeout(500);
    },
  },
  { name: 'running', path: '/settings/running' },
  {
    name: 'running-restart',
    path: '/settings/running',
    act: async (page) => {
      await page.locator('.panel-head button').first().click();
      await page.waitForTimeout(500);
    },
  },
  { name: 'setup-domain', path: '/setup' },
  ...[2, 3, 4, 5, 6].map((step) => ({
    name: `setup-step-${String(step + 1)}`,
    path: '/setup',
    act: async (page: Page) => {
      await page.locator('.columns ol button').nth(step).click();
      await page.waitForTimeout(400);
      if (step === 6) {
        await page.locator('form.send button').click();
        await page.waitForTimeout(2600);
      }
    },
  })),
  {
    name: 'palette',
    path: '/overview',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('an');
      await page.waitForTimeout(700);
    },
  },
  {
    name: 'lost-connection',
    path: '/overview',
    prepare: async (page) => {
      let connections = 0;
      await page.routeWebSocket('**/live', (socket) => {
        if (connections++ > 0) return void socket.close();
        socket.connectToServer();
        setTimeout(() => void socket.close(), 2500);
      });
    },
    act: async (page) => {
      await page.waitForSelector('[role=alert]', { timeout: 10_000 });
      await page.waitForTimeout(300);
    },
  },
];

function parseLook(text: string): Look {
  const [theme, locale, width] = text.split('-');
  return {
    theme: theme === 'dark' ? 'dark' : 'light',
    locale: locale === 'zh' ? 'zh-CN' : 'en',
    width: Number(width),
  };
}

async function openContext(browser: Browser, url: string, look: Look): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: look.width, height: HEIGHTS[look.width] ?? 900 },
    colorScheme: look.theme,
    locale: look.locale,
    reducedMotion: 'reduce',
  });
  await context.addInitScript(
    ([locale]) => localStorage.setItem('postroom.locale', locale ?? 'en'),
    [look.locale],
  );
  return context;
}

async function signIn(page: Page, credentials: { name: string; password: string }): Promise<void> {
  await page.fill('#sign-in-name', credentials.name);
  await page.fill('#sign-in-password', credentials.password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('nav a');
}

async function takeLook(
  browser: Browser,
  options: { url: string; name: string; password: string; out: string; only: readonly string[] },
  lookText: string,
): Promise<readonly string[]> {
  const context = await openContext(browser, options.url, parseLook(lookText));
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const isExpected = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket connection/.test(message.text());
    if (message.type() === 'error' && !isExpected)
      complaints.push(`${lookText} ${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${lookText} ${page.url()}: ${error.message}`));
  const folder = join(options.out, lookText);
  await mkdir(folder, { recursive: true });
  await page.goto('/');
  const hasSignIn = await page.waitForSelector('#sign-in-name', { timeout: 5000 }).then(
    () => true,
    () => false,
  );
  if (options.only.length === 0) {
    await page.screenshot({ path: join(folder, hasSignIn ? 'sign-in.png' : 'setup-first-start.png') });
  }
  if (!hasSignIn) return complaints;
  await signIn(page, options);
  for (const shot of SHOTS) {
    if (options.only.length > 0 && !options.only.includes(shot.name)) continue;
    await shot.prepare?.(page);
    await page.goto(shot.path);
    await page.waitForSelector('h1');
    await page.waitForTimeout(shot.name === 'overview' ? 1500 : 700);
    try {
      await shot.act?.(page);
    } catch (error) {
      complaints.push(`${lookText} ${shot.name}: ${String(error).split('\n')[0] ?? ''}`);
    }
    await page.screenshot({ path: join(folder, `${shot.name}.png`) });
  }
  await context.close();
  return complaints;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:8065/' },
      name: { type: 'string', default: 'admin' },
      password: { type: 'string', default: 'postroom-demo' },
      out: { type: 'string', default: 'test-results' },
      only: { type: 'string', default: '' },
      looks: { type: 'string', default: DEFAULT_LOOKS.join() },
    },
  });
  const only = values.only.split(',').filter((name) => name !== '');
  const browser = await launchChromium();
  const complaints: string[] = [];
  for (const look of values.looks.split(','))
    complaints.push(...(await takeLook(browser, { ...values, only }, look)));
  await browser.close();
  for (const complaint of new Set(complaints)) process.stderr.write(`${complaint}\n`);
  process.exitCode = complaints.length > 0 ? 1 : 0;
}
