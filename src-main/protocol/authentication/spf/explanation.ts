/** What a domain says to those it refuses (RFC 7208 §6.2): a text of its own, with macros, for a reply line. */
import { MAX_EXPLANATION_OCTETS } from '../limits.ts';
import { expandMacroString, fitDomain, parseMacroString } from './macro-string.ts';
import type { MacroString, MacroValue } from './macro-string.ts';
import { SpfProblem, type SpfDns } from './spf-dns.ts';

/** null where there is none that could be shown: every error here only means that there is no explanation. */
export async function explain(target: MacroString, values: MacroValue, dns: SpfDns): Promise<string | null> {
  try {
    const domain = fitDomain(await expandMacroString(target, values));
    const texts = await dns.texts(domain);
    const [text] = texts;
    if (text === undefined || texts.length > 1) return null;
    const parsed = parseMacroString(text, { isExplanation: true });
    if (!parsed.ok) return null;
    const explanation = await expandMacroString(parsed.value, values);
    // RFC 7208 §6.2: US-ASCII, and it goes into a reply line.
    return /^[\x20-\x7e]*$/.test(explanation) ? explanation.slice(0, MAX_EXPLANATION_OCTETS) : null;
  } catch (error) {
    if (error instanceof SpfProblem) return null;
    throw error;
  }
}
