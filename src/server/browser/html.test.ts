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
  const items = ['<', '&'].map((one) => html`<li>${one}</li>`);
  expect(String(html`<p>${items}${undefined}</p>`)).toBe('<p><li>&lt;</li><li>&amp;</li></p>');
});
