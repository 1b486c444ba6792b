// The theme that was chosen in the console; without a choice, the system's.
const chosen = localStorage.getItem('postroom.theme');
const isDark =
  chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
document.documentElement.classList.toggle('dark', isDark);
