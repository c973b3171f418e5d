/**
 * A row of the report.
 *
 * @param {string} what
 * @param {object} measured what `compare` answers of one contender, or `{ milliseconds }` of processor time
 * @param {object} [against] the other contender, and its name
 * @param {{ rate?: number, ratio?: number, milliseconds?: number }} [bar] what is asked for: the least, of milliseconds the most
 */
export function row(what, measured, against, name = '', bar = {}) {
  const ratio = against && measured.perSecond / against.perSecond;
  const met =
    (bar.rate === undefined || measured.perSecond >= bar.rate) &&
    (bar.ratio === undefined || ratio >= bar.ratio) &&
    (bar.milliseconds === undefined || measured.milliseconds < bar.milliseconds);
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
    rows.map(({ what, perSecond, spread, milliseconds, serverMicros, generatorBusy, against, ratio, bar, met }) => ({
      what,
      measured: milliseconds === undefined ? `${whole(perSecond)}/s` : `${milliseconds.toFixed(3)} ms`,
      'least–most': spread ? spread.map(whole).join('–') : '',
      against: against ? `${whole(against.perSecond)}/s ${against.name}` : '',
      ratio: ratio === undefined ? '' : ratio.toFixed(2),
      'µs/request': serverMicros === undefined ? '' : serverMicros.toFixed(0),
      generator: generatorBusy === undefined ? '' : `${(generatorBusy * 100).toFixed(0)} %`,
      bar: sayBar(bar),
      met: met === undefined ? '' : met ? 'yes' : 'NO',
    })),
  );
}

/** The rows as a table in Markdown, with where and how they were measured. */
export function markdown({ at, node, processor, placement, rounds, seconds, rows }) {
  const cells = ({ what, perSecond, spread, milliseconds, serverMicros, against, ratio, bar, met }) => [
    what,
    milliseconds === undefined ? `${whole(perSecond)}/s` : `${milliseconds.toFixed(3)} ms`,
    spread ? spread.map(whole).join('–') : '',
    serverMicros === undefined ? '' : serverMicros.toFixed(0),
    against ? `${whole(against.perSecond)}/s ${against.name}` : '',
    ratio === undefined ? '' : ratio.toFixed(2),
    met === undefined ? '' : `${sayBar(bar)}: ${met ? 'met' : '**missed**'}`,
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

function hasBar(bar) {
  return Object.keys(bar).length > 0;
}

function sayBar({ rate, ratio, milliseconds }) {
  return [
    ...(rate === undefined ? [] : [`${whole(rate)}/s`]),
    ...(ratio === undefined ? [] : [`ratio ${ratio}`]),
    ...(milliseconds === undefined ? [] : [`under ${milliseconds} ms`]),
  ].join(', ');
}

function whole(number) {
  return Math.round(number).toLocaleString('en');
}
