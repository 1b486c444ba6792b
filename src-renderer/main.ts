/**
 * The page: connects to its host, then shows what the session allows.
 *
 * Flow: host/ (client, feeds) → stores/ (one per contract area) → features/ (pages) → ui/ (widgets that know no product).
 */
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { connectToHost, installConsole } from './host/console.ts';
import { i18nPlugin } from './locales/text.ts';
import { router } from './router.ts';
import { useSessionStore } from './stores/session.ts';
import './ui/element.ts';
import './ui/tokens.css';
import './ui/base.css';

const app = createApp(App);
app.use(createPinia());
app.use(i18nPlugin);
app.use(router);

const session = useSessionStore();
installConsole(connectToHost(() => void session.ask()));
session.begin();
app.mount('#app');
