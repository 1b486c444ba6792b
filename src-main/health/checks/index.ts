/** Every check there is, in the order of the page. A check is a module; to add one, write it, list it here, and give it words. */
import type { HealthCheck } from '../port.ts';
import { autoconfig, autodiscover } from './clients/settings-pages.ts';
import { certificateNames } from './clients/certificate-names.ts';
import { listenersAnswer } from './clients/listeners-answer.ts';
import { srvRecords } from './clients/srv-records.ts';
import { hostAddress } from './receive/host-address.ts';
import { mxAddresses } from './receive/mx-addresses.ts';
import { mxExists } from './receive/mx-exists.ts';
import { mxNotAlias } from './receive/mx-not-alias.ts';
import { mxPointsHere } from './receive/mx-points-here.ts';
import { nullMx } from './receive/null-mx.ts';
import { port25 } from './receive/port25.ts';
import { port25Outside } from './receive/port25-outside.ts';
import { roleAddresses } from './receive/role-addresses.ts';
import { startTls } from './receive/start-tls.ts';
import { clockRight } from './safe/clock-right.ts';
import * as machine from './safe/machine.ts';
import { openRelay } from './safe/open-relay.ts';
import { forwardConfirmed } from './send/forward-confirmed.ts';
import { helloName } from './send/hello-name.ts';
import { outbound25 } from './send/outbound25.ts';
import { reverseName } from './send/reverse-name.ts';
import { addressBlocklists } from './trust/address-blocklists.ts';
import { bimi } from './trust/bimi.ts';
import { dkimKeys } from './trust/dkim-keys.ts';
import { dmarcAlignment } from './trust/dmarc-alignment.ts';
import { dmarcPolicy } from './trust/dmarc-policy.ts';
import { dmarcRecord } from './trust/dmarc-record.ts';
import { dmarcReports } from './trust/dmarc-reports.ts';
import { dnssec } from './trust/dnssec.ts';
import { domainAge } from './trust/domain-age.ts';
import { domainBlocklists } from './trust/domain-blocklists.ts';
import { mtaStsPolicy } from './trust/mta-sts-policy.ts';
import { mtaStsRecord } from './trust/mta-sts-record.ts';
import { spfCoversUs } from './trust/spf-covers-us.ts';
import { spfHello } from './trust/spf-hello.ts';
import { spfLookUps } from './trust/spf-look-ups.ts';
import { spfRecord } from './trust/spf-record.ts';
import { tlsa } from './trust/tlsa.ts';
import { tlsReports } from './trust/tls-reports.ts';

export const HEALTH_CHECKS: readonly HealthCheck[] = [
  ...[mxExists, nullMx, mxPointsHere, mxAddresses, mxNotAlias, hostAddress, port25, port25Outside, startTls],
  roleAddresses,
  ...[outbound25, reverseName, forwardConfirmed, helloName],
  ...[spfRecord, spfCoversUs, spfLookUps, spfHello, dkimKeys],
  ...[dmarcRecord, dmarcPolicy, dmarcAlignment, dmarcReports],
  ...[mtaStsRecord, mtaStsPolicy, tlsReports, tlsa, dnssec, bimi],
  ...[addressBlocklists, domainBlocklists, domainAge],
  ...[srvRecords, autoconfig, autodiscover, certificateNames, listenersAnswer],
  openRelay,
  ...[
    machine.disk,
    machine.backupAge,
    machine.startsByItself,
    clockRight,
    machine.database,
    machine.passwords,
  ],
  ...[machine.cleartextSignIn, machine.versions, machine.queueAge, machine.certificateRenewal],
];
