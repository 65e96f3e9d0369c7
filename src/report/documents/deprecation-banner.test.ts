import { equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
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
