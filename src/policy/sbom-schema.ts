import { sbomToolNames } from '../domain/tool-inventory.ts';
import * as z from './field.ts';
import { checkedText, choice, section } from './parsed-text.ts';

const alsoSchema = section('a mapping with tool', {
  tool: choice(
    sbomToolNames,
    'The program. It must be installed where releases are made, gets the image as files and no secret, and is given no way to the network.',
  ),
  sha256: checkedText(
    {
      wanted: '64 hexadecimal digits',
      description: 'SHA-256 of the program, where only this very program may run.',
      pattern: '^[0-9a-f]{64}$',
    },
    (text) => (/^[0-9a-f]{64}$/.test(text) ? undefined : 'is no SHA-256'),
  ).optional(),
});

/** Who says what is in an image, beside Cutwater itself. */
export const sbomSchema = section('a mapping with also', {
  also: z.array(alsoSchema, { error: 'a list of programs' }).default([]).meta({
    description:
      'Programs that list what is in the image too. What they find goes into the same documents, each component with who saw it where.',
  }),
}).meta({ description: 'The bills of materials of the images.' });

export type SbomPolicy = z.output<typeof sbomSchema>;
