import { formatVersion } from '../../domain/version.ts';
import type { WayBack } from '../../documents/way-back.ts';

/**
 * How hard it is to go back, for users, in Markdown. Names the version that decides and no line of a file: notes grow, and
 * what is published would change with every line.
 */
export function wayBackLine({ is, to, decisive }: WayBack): string {
  const target = formatVersion(to);
  const by = formatVersion(decisive.version);
  return {
    binary: `Going back to ${target} is binary: start the old version again.`,
    restore: `**Going back to ${target} needs a restore**: first restore the backup from before the upgrade. The upgrading notes of ${by} say so.`,
    unknown: `Whether going back to ${target} needs a restore is unknown: the upgrading notes of ${by} do not say. Keep the backup from before the upgrade.`,
  }[is];
}
