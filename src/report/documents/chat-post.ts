import type { Announcement } from '../../domain/announcement.ts';
import { escapeText } from '../../domain/quote.ts';

/** How one kind of chat writes what stands out, and how much it takes. */
interface ChatStyle {
  /** Of a post, in UTF-16 units: no chat counts more than these. */
  readonly limit: number;
  /** Text from outside, so that it shows as it is and calls nobody. */
  readonly plain: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly code: (text: string) => string;
  readonly link: (address: string) => string;
  readonly quotes: (line: string) => string;
}

/** For Discord: at most 2000 characters of its Markdown, and no preview of the addresses. */
export function discordPost(announcement: Announcement): string {
  return chatPost(announcement, {
    limit: 2000,
    plain: (text) => text.replaceAll(/[\\`*_~|<>#[\]()@:-]/g, String.raw`\$&`),
    strong: (text) => `**${text}**`,
    code: (text) => `\`${text.replaceAll('`', '')}\``,
    link: (address) => `<${address}>`,
    quotes: (line) => `> ${line}`,
  });
}

/** For Slack: its mrkdwn, in which only `&`, `<` and `>` can do more than decorate. */
export function slackPost(announcement: Announcement): string {
  const plain = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return chatPost(announcement, {
    limit: 3000,
    plain,
    strong: (text) => `*${text}*`,
    code: (text) => `\`${plain(text.replaceAll('`', ''))}\``,
    link: (address) => `<${address}>`,
    quotes: (line) => `> ${line}`,
  });
}

/** For Mastodon: plain text. A zero-width space behind `@` and `#` keeps a reason from calling people or joining topics. */
export function mastodonPost(announcement: Announcement, limit: number): string {
  return chatPost(announcement, {
    limit,
    plain: (text) => text.replaceAll(/[@#]/g, '$&\u200b'),
    strong: (text) => text,
    code: (text) => text,
    link: (address) => address,
    quotes: (line) => line,
  });
}

/** A line of a post; those of the highest rank are left out first where a chat takes less. */
interface Line {
  readonly text: string;
  readonly rank: 0 | 1 | 2 | 3;
}

function chatPost(announcement: Announcement, style: ChatStyle): string {
  const lines = linesOf(announcement, style);
  for (const rank of [3, 2, 1, 0]) {
    const kept = lines.filter((line) => line.rank <= rank).map(({ text }) => text);
    const post = assemble(announcement, { kept, style, reason: announcement.reason });
    if (post.length <= style.limit) return post;
  }
  const kept = lines.filter(({ rank }) => rank === 0).map(({ text }) => text);
  return shorten(announcement, { kept, style });
}

interface Parts {
  readonly kept: readonly string[];
  readonly style: ChatStyle;
}

/** Cuts the reason, by whole characters, until the rest fits; without any left the title and the links are what there is. */
function shorten(announcement: Announcement, parts: Parts): string {
  const characters = Array.from(announcement.reason ?? '');
  for (let left = characters.length; left > 0; left = Math.floor(left * 0.9)) {
    const post = assemble(announcement, { ...parts, reason: `${characters.slice(0, left).join('').trimEnd()}…` });
    if (post.length <= parts.style.limit) return post;
  }
  return assemble(announcement, { ...parts, reason: undefined });
}

function assemble(
  announcement: Announcement,
  { kept, style, reason }: Parts & { readonly reason: string | undefined },
): string {
  const quoted = (reason ?? '')
    .trim()
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .map((line) => style.quotes(style.plain(escapeText(line.trim(), 2000))));
  const paragraphs = [style.strong(style.plain(announcement.title)), quoted.join('\n'), kept.join('\n')];
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

function linesOf(announcement: Announcement, style: ChatStyle): readonly Line[] {
  const { links } = announcement;
  return [
    ...(announcement.kind === 'withdrawn' ? insteadLines(announcement, style) : pinLines(announcement, style)),
    ...(links.notes === undefined ? [] : [{ rank: 0, text: `Release notes: ${style.link(links.notes)}` } as const]),
    ...(links.upgrading === undefined
      ? []
      : [{ rank: 1, text: `Upgrading guide: ${style.link(links.upgrading)}` } as const]),
  ];
}

function pinLines({ image, verify }: Announcement, { code }: ChatStyle): readonly Line[] {
  return [
    { rank: 2, text: `Pin it by its digest: ${code(image)}` },
    { rank: 3, text: `Verify it: ${code(verify)}` },
  ];
}

function insteadLines({ useInstead, insteadImage, wayBack }: Announcement, style: ChatStyle): readonly Line[] {
  if (useInstead === undefined) return [{ rank: 0, text: 'There is no version to use instead yet.' }];
  return [
    { rank: 0, text: `Use ${style.strong(useInstead)} instead.` },
    ...(insteadImage === undefined ? [] : [{ rank: 2, text: style.code(insteadImage) } as const]),
    ...(wayBack === undefined ? [] : [{ rank: 0, text: wayBackText(wayBack) } as const]),
  ];
}

function wayBackText({ to, is }: NonNullable<Announcement['wayBack']>): string {
  return {
    binary: `Going back to ${to} is binary: start the old version again.`,
    restore: `Going back to ${to} needs a restore of the backup from before the upgrade.`,
    unknown: `Whether going back to ${to} needs a restore is unknown: keep the backup from before the upgrade.`,
  }[is];
}
