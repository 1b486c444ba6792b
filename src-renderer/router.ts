/** Routes: one page per question; what is chosen and filtered is in the address, so that it can be linked and gone back to. */
import { createRouter, createWebHistory } from 'vue-router';

declare module 'vue-router' {
  interface RouteMeta {
    /** The page of the side bar that this one belongs to, where it has no entry of its own. */
    readonly isPartOf?: 'accounts';
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', redirect: '/overview' },
    { path: '/overview', name: 'overview', component: () => import('./features/overview/OverviewPage.vue') },
    { path: '/queue/:entryId?', name: 'queue', component: () => import('./features/queue/QueuePage.vue') },
    {
      path: '/messages/:traceId?',
      name: 'messages',
      component: () => import('./features/messages/MessagesPage.vue'),
    },
    {
      path: '/transcripts/:sessionId?',
      name: 'transcripts',
      component: () => import('./features/transcripts/TranscriptsPage.vue'),
    },
    {
      path: '/accounts/:tab(shared|groups|aliases|domains)?',
      name: 'accounts',
      component: () => import('./features/accounts/AccountsPage.vue'),
    },
    {
      path: '/accounts/:accountId(\\d+)/rules',
      name: 'accountRules',
      meta: { isPartOf: 'accounts' },
      component: () => import('./features/accounts/rules/RulesPage.vue'),
    },
    {
      path: '/accounts/move-in',
      name: 'moveIn',
      meta: { isPartOf: 'accounts' },
      component: () => import('./features/move-in/MoveInPage.vue'),
    },
    {
      path: '/filters/:tab(checks|rules|engines|scripts)?',
      name: 'filters',
      component: () => import('./features/filters/FiltersPage.vue'),
    },
    { path: '/health', name: 'health', component: () => import('./features/health/HealthPage.vue') },
    {
      path: '/delivery-test',
      name: 'deliveryTest',
      component: () => import('./features/delivery-test/DeliveryTestPage.vue'),
    },
    { path: '/relay', name: 'relay', component: () => import('./features/relay/RelayPage.vue') },
    {
      path: '/reports/:tab(tls)?',
      name: 'reports',
      component: () => import('./features/reports/ReportsPage.vue'),
    },
    { path: '/sign-ins', name: 'signIns', component: () => import('./features/sign-ins/SignInsPage.vue') },
    {
      path: '/settings/:tab(certificates|backups|encryption|retention|running|administrators|audit)?',
      name: 'settings',
      component: () => import('./features/settings/SettingsPage.vue'),
    },
    { path: '/profile', name: 'profile', component: () => import('./features/profile/ProfilePage.vue') },
    { path: '/setup', name: 'setup', component: () => import('./features/setup/SetupPage.vue') },
    { path: '/:rest(.*)*', redirect: '/overview' },
  ],
});
