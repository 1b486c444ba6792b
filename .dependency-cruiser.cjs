// Who may import whom (src-main/ARCHITECTURE.md, "Import rules"). Every rule is an error.
const MAIL_STAGES =
  'submission|reception|screening|queue|routing|delivery|relay|bounce|mailstore|retrieval|transfer';

/** `folder` may import only what `allowed` (regular expressions on paths) names, besides itself. */
function fence(name, folder, allowed) {
  return {
    name,
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: '\\.test\\.ts$' },
    to: { pathNot: [`^${folder}/`, ...allowed] },
  };
}

const NODE_BUILTIN =
  '^(node:|assert|buffer|child_process|crypto|dns|events|fs|http|https|net|os|path|stream|timers|tls|url|util|worker_threads|zlib|string_decoder)';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    fence('base-imports-nothing', 'src-main/base', []),
    fence('contract', 'src-main/contract', ['^src-main/base/', 'node_modules/(zod|@orpc/contract)/']),
    fence('format', 'src-main/format', ['^src-main/base/']),
    {
      name: 'protocol-knows-no-product',
      severity: 'error',
      from: { path: '^src-main/protocol/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(src-main|src-renderer|test)/', pathNot: '^src-main/(base|format|protocol)/' },
    },
    {
      name: 'mail-stages-import-inwards',
      severity: 'error',
      from: { path: '^src-main/(mail|directory|health)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(src-main|src-renderer|test)/',
        pathNot: '^src-main/(base|format|protocol|mail|directory|health)/',
      },
    },
    {
      name: 'mail-stages-meet-at-ports',
      severity: 'error',
      from: { path: `^src-main/mail/(${MAIL_STAGES})/`, pathNot: '\\.test\\.ts$' },
      to: { path: `^src-main/mail/(${MAIL_STAGES})/`, pathNot: ['^src-main/mail/$1/', '/port\\.ts$'] },
    },
    {
      name: 'queue-and-mailstore-import-no-other-stage',
      severity: 'error',
      from: { path: '^src-main/mail/(queue|mailstore)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: `^src-main/mail/(${MAIL_STAGES})/`,
        pathNot: ['^src-main/mail/$1/', '^src-main/mail/routing/port\\.ts$'],
      },
    },
    {
      name: 'directory-is-met-at-its-port',
      severity: 'error',
      from: { path: '^src-main/(mail|health)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src-main/directory/', pathNot: '/port\\.ts$' },
    },
    {
      name: 'storage-knows-ports-only',
      severity: 'error',
      from: { path: '^src-main/storage/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(src-main|src-renderer|test)/',
        pathNot: [
          '^src-main/(base|storage)/',
          '/(store-)?port\\.ts$',
          '^src-main/mail/mailstore/(mailbox-rules|message-columns|quota-rules)\\.ts$',
          // What a search does is said there; it runs on storage's own thread.
          '^src-main/mail/mailstore/(search|listing)/',
          '^src-main/mail/queue/queue-rules\\.ts$',
          '^src-main/mail/(events|verdict)\\.ts$',
          '^src-main/observe/flow-(span|kinds)\\.ts$',
          '^src-main/format/message-index\\.ts$',
          '^src-main/protocol/connection/session\\.ts$',
        ],
      },
    },
    {
      name: 'backup-knows-no-mail',
      severity: 'error',
      from: { path: '^src-main/backup/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(src-main|src-renderer|test)/',
        pathNot: '^src-main/(base|backup|protocol/s3)/',
      },
    },
    {
      name: 'sql-only-in-storage',
      severity: 'error',
      from: { path: '^src-main/', pathNot: '^src-main/storage/' },
      to: { path: 'node_modules/better-sqlite3/' },
    },
    {
      name: 'observe',
      severity: 'error',
      from: { path: '^src-main/observe/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(src-main|src-renderer|test)/',
        pathNot: [
          '^src-main/(base|contract|observe)/',
          '/port\\.ts$',
          '^src-main/mail/(events|verdict)\\.ts$',
          '^src-main/protocol/connection/session\\.ts$',
        ],
      },
    },
    {
      name: 'host-knows-no-shell',
      severity: 'error',
      from: { path: '^src-main/host/' },
      to: { path: ['^src-main/(service|electron)/', '^src-renderer/', 'node_modules/electron/'] },
    },
    {
      name: 'service-is-not-electron',
      severity: 'error',
      from: { path: '^src-main/service/' },
      to: { path: ['^src-main/electron/', 'node_modules/electron/'] },
    },
    {
      name: 'service-never-reaches-electron',
      severity: 'error',
      from: { path: '^src-main/service/main\\.ts$' },
      to: { path: ['^src-main/electron/', 'node_modules/electron/'], reachable: true },
    },
    {
      name: 'electron-only-in-its-shell',
      severity: 'error',
      from: { path: '^(src-main|src-renderer)/', pathNot: '^src-main/electron/' },
      to: { path: '(node_modules/|^)electron(/|$)' },
    },
    {
      name: 'page-knows-the-contract-only',
      severity: 'error',
      from: { path: '^src-renderer/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src-main/', pathNot: '^src-main/contract/' },
    },
    {
      name: 'page-without-node',
      severity: 'error',
      from: { path: '^src-renderer/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'], path: NODE_BUILTIN },
    },
    {
      name: 'ui-imports-no-product',
      severity: 'error',
      from: { path: '^src-renderer/ui/' },
      to: { path: '^src-renderer/(features|stores|host)/' },
    },
    {
      name: 'features-go-through-stores',
      severity: 'error',
      from: { path: '^src-renderer/features/' },
      to: { path: '^src-renderer/host/' },
    },
    {
      name: 'stores-know-no-features',
      severity: 'error',
      from: { path: '^src-renderer/stores/' },
      to: { path: '^src-renderer/(features|ui)/' },
    },
    {
      name: 'host-client-is-lowest',
      severity: 'error',
      from: { path: '^src-renderer/host/' },
      to: { path: '^src-renderer/(features|stores|ui)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.lint.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.d\\.ts$' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.vue', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
