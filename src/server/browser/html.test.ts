import { expect, it } from 'vitest';
import { html } from './html.js';

it('escapes all that isn’t HTML itself, also in attributes', () => {
  const name = `<script>alert("1")</script> & 'more'`;
  expect(String(html`<b title="${name}">${name}</b>`)).toBe(
    '<b title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;">' +
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;</b>',
  );
});

it('leaves HTML as it is, joins lists, and leaves out what isn’t there', () => {
  expect(
    String(
      html`<ul>
          ${['<', '&'].map((one) => html`<li>${one}</li>`)}
        </ul>
        ${undefined}`,
    ),
  ).toBe('<ul><li>&lt;</li><li>&amp;</li></ul>');
});
