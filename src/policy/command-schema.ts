import { beginsWithVariable, parseCommandLine } from './command-words.ts';
import * as z from './field.ts';
import { parsedText } from './parsed-text.ts';

/** The largest number of words, and of characters in a word, of a command. */
const limits = { words: 256, characters: 65_536 } as const;

const wanted = 'a command as a list of words, such as [cargo, test], or as one line without shell characters';

/** A command: a list of words, or one line that needs no shell. Always read as words. */
export const commandSchema = z
  .union(
    [
      parsedText(
        { wanted, description: 'The command as one line, split at spaces. There is no shell.' },
        parseCommandLine,
      ),
      z
        .array(
          z
            .string({ error: 'a word' })
            .min(1, { error: 'a word that is not empty' })
            .max(limits.characters, { error: `a word of at most ${limits.characters} characters` })
            .refine((word) => !word.includes('\0'), { error: 'a word without NUL' }),
          { error: wanted },
        )
        .min(1, { error: wanted })
        .max(limits.words, { error: `at most ${limits.words} words` })
        .refine((words) => !beginsWithVariable(words), {
          error: 'a command that begins with a program; variables are set by [env, NAME=value, ...]',
        })
        .meta({ description: 'The command as a list of words. There is no shell.' }),
    ],
    { error: wanted },
  )
  .meta({ examples: [['cargo', 'test', '--workspace'], 'cargo test --workspace'] });
