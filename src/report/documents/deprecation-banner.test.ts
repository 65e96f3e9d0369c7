import { doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { WayBackClass } from '../../documents/way-back.ts';
import { readVersion } from '../../domain/version.ts';
import { deprecationBanner, withBanner, withoutBanner } from './deprecation-banner.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('<!-- cutwater:deprecated -->', '<!-- /cutwater:deprecated -->', '\n', '\r\n', 'x', '-->'), {
      maxLength: 8,
    })
    .map((parts) => parts.join('')),
);
const anyBanner = fc
  .record({ reason: anyText, useInstead: fc.option(anyText, { nil: undefined }) })
  .map(deprecationBanner);

test('deprecationBanner() shows the heading, the version to use and the quoted reason', () => {
  const banner = deprecationBanner({ reason: 'Loses data.\nSee #7.', useInstead: 'v1.2.2' });
  match(banner, /^<!-- cutwater:deprecated -->\n## ⚠️ Deprecated\n/);
  match(banner, /Use \*\*v1.2.2\*\* instead.\n\n> Loses data.\n> See #7.\n<!-- \/cutwater:deprecated -->$/);
});

test('deprecationBanner() says how hard the way back is, and whose notes say so', () => {
  const [from, to] = [readVersion('1.2.0'), readVersion('1.1.0')];
  const line = (is: WayBackClass): string => {
    const decisive = { version: readVersion('1.1.5'), is, because: 'line 7' };
    return deprecationBanner({ reason: 'x', useInstead: 'v1.1.0', wayBack: { from, to, is, decisive } });
  };
  match(
    line('binary'),
    /Use \*\*v1.1.0\*\* instead.\nGoing back to 1.1.0 is binary: start the old version again.\n\n> x/,
  );
  match(line('restore'), /Going back to 1.1.0 needs a restore.*backup.*notes of 1.1.5 say so/);
  match(line('unknown'), /Whether going back to 1.1.0 needs a restore is unknown.*notes of 1.1.5 do not say/);
  doesNotMatch(line('restore'), /line 7/, 'notes grow, and their lines move');
});

test('deprecationBanner() makes no Markdown of a reason', () => {
  const reason = '# Big\n[here](https://evil.example/x) ![t](https://evil.example/t.png)\n</details> `x`';
  const banner = deprecationBanner({ reason, useInstead: undefined });
  match(banner, /\n> \\# Big\n> \\\[here\\\]\(https:\/\/evil.example\/x\) !\\\[t\\\]\(/);
  match(banner, /\n> &lt;\/details&gt; \\`x\\`\n/);
});

test('deprecationBanner() says so where there is no version to use instead', () => {
  match(deprecationBanner({ reason: 'x', useInstead: undefined }), /There is no version to use instead yet/);
});

test('deprecationBanner() lets no reason end the comment or bring HTML', () => {
  fc.assert(
    fc.property(anyBanner, (banner) => {
      equal(banner.indexOf('<!-- /cutwater:deprecated -->'), banner.length - '<!-- /cutwater:deprecated -->'.length);
      ok(!banner.slice(4, -4).includes('<img'));
      equal(banner.split('<').length, 3);
    }),
  );
});

test('withBanner() twice is withBanner() once, and the second banner wins', () => {
  fc.assert(
    fc.property(anyText, anyBanner, anyBanner, (notes, first, second) => {
      equal(withBanner(withBanner(notes, first), first), withBanner(notes, first));
      equal(withBanner(withBanner(notes, first), second), withBanner(notes, second));
    }),
  );
});

test('withoutBanner() undoes withBanner(), and leaves notes without a banner alone', () => {
  fc.assert(
    fc.property(anyText, anyBanner, (notes, banner) => {
      equal(withoutBanner(withBanner(notes, banner)), withoutBanner(notes));
    }),
  );
  equal(withoutBanner('\n# Notes\n<!-- cutwater:deprecated -->\nx'), '\n# Notes\n<!-- cutwater:deprecated -->\nx');
});

test('withoutBanner() finds a banner whose line ends a forge has changed', () => {
  const banner = deprecationBanner({ reason: 'x', useInstead: undefined });
  equal(withoutBanner(withBanner('notes', banner).replaceAll('\n', '\r\n')), 'notes');
});
