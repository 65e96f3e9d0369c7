import type { WriteProbe } from '../../ports/write-probe.ts';
import type { Place } from './place.ts';
import type { Quirks } from './quirks.ts';
import type { Session } from './session.ts';
import { cancelUpload, uploadLocation } from './upload.ts';

/** Asks for an upload as a push would, and sends nothing. What a registry does not cancel it throws away in time. */
export function createWriteProbe(session: Session, place: Place, quirks: Quirks): WriteProbe {
  return {
    tryWriting: async () => {
      const what = `begin an upload to ${place.label()}`;
      const call = { what, method: 'POST', url: place.url('blobs/uploads/'), scopes: place.writeScopes() } as const;
      const location = await session.retry(async (remaining) => {
        const reply = await session.ask(call, remaining);
        if (reply.status !== 202) throw session.unexpected(call, reply);
        return uploadLocation(reply, { place, what });
      });
      if (quirks.cancel) await cancelUpload(session, place, location);
    },
  };
}
