/** What users are told about: that a version is there, that it is withdrawn, that it is back. */
export type AnnouncementKind = 'released' | 'withdrawn' | 'restored';

/** What is told on a channel, for people and for programs. The same facts give the same announcement. */
export interface Announcement {
  readonly schema: 'cutwater.announcement/1';
  readonly kind: AnnouncementKind;
  readonly project: string;
  /** `1.2.3`. */
  readonly version: string;
  readonly tag: string;
  /** One line without Markdown. */
  readonly title: string;
  /** The whole text, Markdown. */
  readonly text: string;
  /** `host/name@sha256:...`. */
  readonly image: string;
  /** The command that verifies it. */
  readonly verify: string;
  readonly links: { readonly notes?: string; readonly upgrading?: string };
  readonly reason?: string;
  /** `1.2.2`. */
  readonly useInstead?: string;
  /** `host/name@sha256:...` of that version. */
  readonly insteadImage?: string;
  readonly wayBack?: { readonly to: string; readonly is: 'binary' | 'restore' | 'unknown' };
}
