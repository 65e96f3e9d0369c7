import { isCutwaterError } from '../../domain/error.ts';
import type { AnnouncePolicy } from '../../policy/announce-schema.ts';
import type { OpenAnnouncer } from '../../ports/announcer.ts';
import type { Check } from '../../report/verification.ts';
import { passed } from '../../report/verification.ts';

/** Whether each channel could be told something from here. Tells nothing; what is missing stops no release. */
export async function examineChannels(
  channels: readonly AnnouncePolicy[],
  open: OpenAnnouncer,
): Promise<readonly Check[]> {
  return Promise.all(channels.map((channel) => examineChannel(channel, open)));
}

async function examineChannel(channel: AnnouncePolicy, open: OpenAnnouncer): Promise<Check> {
  const name = `channel ${channel.name}`;
  try {
    const { description } = await open(channel);
    return passed(name, `${description}, told ${channel.auto ? 'by itself' : "by 'cutwater announce'"}`);
  } catch (error) {
    if (!isCutwaterError(error)) throw error;
    return { name, is: 'warning', says: `${error.message}; ${error.hint}` };
  }
}
