import type { Announcement } from '../domain/announcement.ts';
import type { AnnouncePolicy } from '../policy/announce-schema.ts';

/** What a channel says about an announcement it took: how it can be found, and changed, later. */
export interface AnnouncementReceipt {
  readonly id?: string;
  /** `https://...`, where people can read it. */
  readonly url?: string;
}

/** One channel, ready to be told something. */
export interface Announcer {
  /** For messages; never a secret. */
  readonly description: string;
  /**
   * Tells it. `key` is the same whenever the same announcement is sent again, so that a channel that knows keys shows it
   * once; another one may show it twice after a crash. Throws where the channel did not say that it took it.
   */
  send(announcement: Announcement, key: string): Promise<AnnouncementReceipt>;
  /**
   * Replaces what stands under the id of a receipt, for channels that can: who finds the old words has to learn that
   * they no longer hold. The same again is no failure. Throws ANNOUNCEMENT_REFUSED where it is gone.
   */
  amend?(id: string, announcement: Announcement): Promise<void>;
}

/** Makes a channel ready without telling it anything. Throws where something is missing, such as its address. */
export type OpenAnnouncer = (channel: AnnouncePolicy) => Promise<Announcer>;
