/** Attachments of kinds that are not wanted: by name, by the names inside archives, by what their first octets say they are. */
import { tell, textOf, type FindingDetail } from '../../../base/finding-texts.ts';
import { smtpReply } from '../../../protocol/smtp/server/reply.ts';
import { readAttachments, type Attachment } from '../content/attachments.ts';
import { RANK, type CheckFinding, type MessageCheck } from '../facts.ts';
import { CHECK_TIMEOUT_MS } from '../limits.ts';
import type { AttachmentSetting } from '../settings.ts';
import type { OutcomeOf } from '../findings.ts';

export function createAttachmentCheck(setting: () => AttachmentSetting): MessageCheck {
  return {
    name: 'attachment',
    timeoutMs: CHECK_TIMEOUT_MS,
    applies: () => setting().isEnabled,
    run: async ({ octets }) => {
      const attachments = await readAttachments(octets);
      return attachments.flatMap((attachment) => judgeAttachment(attachment, setting()));
    },
  };
}

export function judgeAttachment(attachment: Attachment, setting: AttachmentSetting): readonly CheckFinding[] {
  const { name, inside, program, isEncrypted } = attachment;
  const decides = { action: setting.action, rank: RANK.attachment };
  const forbidden = (outcome: OutcomeOf<'attachment'>, detail: FindingDetail): CheckFinding => ({
    check: 'attachment',
    outcome,
    weight: 0,
    detail,
    decides: {
      ...decides,
      reply: smtpReply(550, '5.7.1', `${textOf(detail)}; files of this kind are not taken here`),
    },
  });
  if (isForbidden(name, setting)) return [forbidden('forbiddenType', tell('forbiddenType', { name }))];
  const hidden = inside.find((each) => isForbidden(each, setting));
  if (hidden !== undefined) {
    return [forbidden('forbiddenInside', tell('forbiddenInside', { name, inside: hidden }))];
  }
  if (setting.byContent && program !== null) {
    return [forbidden('isProgram', tell('isProgram', { name, program }))];
  }
  if (!isEncrypted) return [];
  const detail = tell('encrypted', { name });
  return [{ check: 'attachment', outcome: 'encrypted' satisfies OutcomeOf<'attachment'>, detail }];
}

/** `invoice.pdf.exe`, `invoice.exe ` and `invoice.exe.` all run on some system. */
function isForbidden(name: string, { extensions }: AttachmentSetting): boolean {
  const extension = /\.([^./\\]+)$/u.exec(name.replace(/[\s.\0]+$/u, '').toLowerCase())?.[1];
  return extension !== undefined && extensions.includes(extension.trim());
}
