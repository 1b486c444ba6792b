/** Certificates store: what there is, where it comes from, what others are told. */
import { defineStore } from 'pinia';
import type {
  AcmeChange,
  AdditionResult,
  CertificatesView,
  PolicyMode,
} from '../../src-main/contract/certificates.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useCertificatesStore = defineStore('certificates', () => {
  const calls = () => useConsole().client.certificates;
  const live = createLive<void, CertificatesView, never>({
    open: (_, signal) => calls().watch(undefined, { signal }),
    show: (snapshot) => snapshot,
  });

  return {
    live,
    addPasted: (pair: {
      certificate: string;
      key: string;
      acceptsWarnings: boolean;
    }): Promise<AdditionResult> => calls().addPasted(pair),
    addFiles: (paths: {
      certFile: string;
      keyFile: string;
      acceptsWarnings: boolean;
    }): Promise<AdditionResult> => calls().addFiles(paths),
    remove: (id: string): Promise<void> => calls().remove({ id }),
    reload: (): Promise<void> => calls().reload(),
    changeAcme: (change: AcmeChange): Promise<void> => calls().changeAcme(change),
    renew: (purpose: string, withNewKey = false): Promise<void> => calls().renew({ purpose, withNewKey }),
    planKey: (purpose: string): Promise<void> => calls().planKey({ purpose }),
    dropPlannedKey: (purpose: string): Promise<void> => calls().dropPlannedKey({ purpose }),
    lookForRecords: (): Promise<void> => calls().lookForRecords(),
    setOutbound: (outbound: { mtaSts: boolean; dane: boolean; trustsResolver: boolean }): Promise<void> =>
      calls().setOutbound(outbound),
    setPolicy: (domain: string, mode: PolicyMode): Promise<void> => calls().setPolicy({ domain, mode }),
  };
});
