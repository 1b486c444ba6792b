/** Devices store: what phones and mail programs find by themselves for an account. */
import { defineStore } from 'pinia';
import { useConsole } from '../host/console.ts';

export const useDevicesStore = defineStore('devices', () => ({
  read: (accountId: number) => useConsole().client.devices.read({ accountId }),
}));
