/** How much an account may keep (RFC 9208): octets, messages, or both. */

export interface MailAmount {
  readonly octets: number;
  readonly messages: number;
}

/** null: no limit. */
export interface QuotaLimits {
  readonly octets: number | null;
  readonly messages: number | null;
}

/** Whether what comes is too much. What makes nothing more always fits: an account over its quota may still tidy up. */
export function exceedsQuota(limits: QuotaLimits, used: MailAmount, added: MailAmount): boolean {
  return (['octets', 'messages'] as const).some((kind) => {
    const limit = limits[kind];
    return limit !== null && added[kind] > 0 && used[kind] + added[kind] > limit;
  });
}

/** How full it is, in percent, by what is scarcer; null without a limit. */
export function quotaPercent(limits: QuotaLimits, used: MailAmount): number | null {
  const shares = (['octets', 'messages'] as const).flatMap((kind) => {
    const limit = limits[kind];
    return limit === null ? [] : [limit === 0 ? 100 : Math.floor((used[kind] * 100) / limit)];
  });
  return shares.length === 0 ? null : Math.max(...shares);
}
