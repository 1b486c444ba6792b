/** Metrics handler: what the overview shows, as samples; and what the process costs. Invariants: no address, no subject, no name of a person. */
import type { Overview } from '../../contract/overview.ts';
import { formatMetrics, type Metric, type MetricSample } from '../../observe/prometheus-text.ts';
import { guardedCalls } from './base.ts';
import type { OverviewReader } from './overview-reader.ts';
import type { ConsoleServices } from './services.ts';

const MICROSECONDS = 1e6;

export function createMetricsHandlers(services: ConsoleServices, reader: OverviewReader) {
  return {
    read: guardedCalls.metrics.read.handler(async () => {
      const { metricsEnabled } = await services.settings.read();
      if (!metricsEnabled) return null;
      return formatMetrics(metricsOf(await reader.read(), services.version));
    }),
  };
}

export function metricsOf(overview: Overview, version: string): readonly Metric[] {
  return [...mailMetrics(overview), ...stateMetrics(overview, version), ...processMetrics()];
}

function mailMetrics({ totals, queue, at }: Overview): readonly Metric[] {
  const { oldestReceivedAt, ...states } = queue;
  return [
    {
      name: 'postroom_messages_total',
      help: 'Messages since the start, by what happened to them; delivered, relayed, deferred and failed count recipients.',
      type: 'counter',
      samples: samplesOf('event', totals),
    },
    {
      name: 'postroom_queue_recipients',
      help: 'Recipients in the queue, by state.',
      type: 'gauge',
      samples: samplesOf('state', states),
    },
    gauge('postroom_queue_oldest_seconds', 'Age of the oldest message in the queue; 0: empty.', {
      value: oldestReceivedAt === null ? 0 : Math.max(0, at - oldestReceivedAt) / 1000,
    }),
  ];
}

function stateMetrics(overview: Overview, version: string): readonly Metric[] {
  const { openSessions, stages, attention } = overview;
  const severities = { error: 0, warning: 0, notice: 0 };
  for (const { severity } of attention) severities[severity]++;
  return [
    {
      name: 'postroom_sessions_open',
      help: 'Open sessions, by protocol.',
      type: 'gauge',
      samples: samplesOf('protocol', openSessions),
    },
    {
      name: 'postroom_stage_up',
      help: '1 while the stage of a message’s way is not in error.',
      type: 'gauge',
      samples: stages.map(({ stage, state }) => ({ labels: { stage }, value: state === 'error' ? 0 : 1 })),
    },
    {
      name: 'postroom_attention',
      help: 'Things that need the administrator, by severity.',
      type: 'gauge',
      samples: samplesOf('severity', severities),
    },
    gauge('postroom_accounts', 'Accounts.', { value: overview.accounts }),
    gauge('postroom_mail_bytes', 'Octets in all mailboxes.', { value: overview.mailBytes }),
    gauge('postroom_mail_messages', 'Messages in all mailboxes.', { value: overview.mailMessages }),
    gauge('postroom_disk_free_bytes', 'Octets free where the data lies.', { value: overview.diskFreeBytes }),
    gauge('postroom_certificate_not_after_seconds', 'When the certificate ends, in seconds since 1970.', {
      value: overview.certificateNotAfter / 1000,
    }),
    gauge('postroom_info', 'The version that runs.', { labels: { version }, value: 1 }),
  ];
}

/** By the names that every client library of Prometheus uses. */
function processMetrics(): readonly Metric[] {
  const { user, system } = process.cpuUsage();
  const cpu = { value: (user + system) / MICROSECONDS };
  const startedAt = Math.round(Date.now() / 1000 - process.uptime());
  return [
    { name: 'process_cpu_seconds_total', help: 'CPU time used.', type: 'counter', samples: [cpu] },
    gauge('process_resident_memory_bytes', 'Memory in use.', { value: process.memoryUsage.rss() }),
    gauge('process_start_time_seconds', 'Start, in seconds since 1970.', { value: startedAt }),
  ];
}

function gauge(name: string, help: string, sample: MetricSample): Metric {
  return { name, help, type: 'gauge', samples: [sample] };
}

function samplesOf(label: string, counts: Readonly<Record<string, number>>): readonly MetricSample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
