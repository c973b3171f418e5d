/**
 * A row of the report.
 *
 * @param {string} what
 * @param {object} measured what `compare` answers of one contender, or `{ milliseconds }`
 * @param {object} [against] the other contender, and its name
 * @param {{ rate?: number, ratio?: number, milliseconds?: number, ratioAtMost?: number }} [bar] what is asked for: the least
 *   of a rate, the most of milliseconds
 */
export function row(what, measured, against, name = '', bar = {}) {
  const ratio = against && valueOf(measured) / valueOf(against);
  const met =
    (bar.rate === undefined || measured.perSecond >= bar.rate) &&
    (bar.ratio === undefined || ratio >= bar.ratio) &&
    (bar.milliseconds === undefined || measured.milliseconds < bar.milliseconds) &&
    (bar.ratioAtMost === undefined || ratio <= bar.ratioAtMost);
  return {
    what,
    ...measured,
    ...(against && { against: { name, ...against }, ratio }),
    bar,
    ...(hasBar(bar) && { met }),
  };
}

/** Shows the rows as a table on the terminal. */
export function printTable(rows) {
  console.table(
    rows.map((one) => {
      const { what, serverMicros, generatorBusy, against, bar, met } = one;
      return {
        what,
        measured: figure(one),
        'least–most': spreadOf(one),
        against: against ? `${figure(against)} ${against.name}` : '',
        ratio: ratioOf(one),
        'µs/request': serverMicros === undefined ? '' : serverMicros.toFixed(0),
        generator: generatorBusy === undefined ? '' : `${(generatorBusy * 100).toFixed(0)} %`,
        bar: sayBar(bar),
        met: met === undefined ? '' : met ? 'yes' : 'NO',
      };
    }),
  );
}

/** The rows as a table in Markdown, with where and how they were measured. */
export function markdown({ at, node, processor, placement, rounds, seconds, rows }) {
  const cells = (one) => [
    one.what,
    figure(one),
    spreadOf(one),
    one.serverMicros === undefined ? '' : whole(one.serverMicros),
    one.against ? `${figure(one.against)} ${one.against.name}` : '',
    ratioOf(one),
    one.met === undefined ? '' : `${sayBar(one.bar)}: ${one.met ? 'met' : '**missed**'}`,
  ];
  const line = (texts) => `| ${texts.join(' | ')} |`;
  return [
    `${at.slice(0, 10)}, Node ${node}, ${processor}; ${placement}. Medians of ${rounds} rounds of ${seconds} s, in turn.`,
    '',
    line(['what', 'median', 'least–most', 'µs of processor time', 'against', 'ratio', 'bar']),
    line(Array(7).fill('---')),
    ...rows.map((one) => line(cells(one))),
  ].join('\n');
}

/** A number as people read it, with commas. */
export function thousands(count) {
  return count.toLocaleString('en');
}

function valueOf({ perSecond, milliseconds }) {
  return milliseconds ?? perSecond;
}

function figure({ perSecond, milliseconds }) {
  return milliseconds === undefined ? `${rate(perSecond)}/s` : `${threeDigits(milliseconds)} ms`;
}

function spreadOf({ spread, milliseconds }) {
  return spread ? spread.map(milliseconds === undefined ? rate : threeDigits).join('–') : '';
}

function ratioOf({ ratio }) {
  return ratio === undefined ? '' : ratio.toFixed(2);
}

function hasBar(bar) {
  return Object.keys(bar).length > 0;
}

function sayBar({ rate: least, ratio, milliseconds, ratioAtMost }) {
  return [
    ...(least === undefined ? [] : [`${whole(least)}/s`]),
    ...(ratio === undefined ? [] : [`ratio ${ratio}`]),
    ...(ratioAtMost === undefined ? [] : [`ratio at most ${ratioAtMost}`]),
    ...(milliseconds === undefined ? [] : [`under ${milliseconds} ms`]),
  ].join(', ');
}

function rate(perSecond) {
  return perSecond < 100 ? threeDigits(perSecond) : whole(perSecond);
}

function threeDigits(number) {
  return number.toLocaleString('en', { maximumSignificantDigits: 3 });
}

function whole(number) {
  return thousands(Math.round(number));
}
