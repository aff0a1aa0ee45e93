import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelFor } from './kernel.ts';
import { LineScanner, type LineSink } from './lines.ts';
import { Shape, type Wanted } from './pick.ts';
import { pages } from './tape.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** As much of the compiler as is used. Its own types declare what is global in AssemblyScript, for all of this project. */
interface Asc {
  main: (
    args: readonly string[],
    host: { writeFile: (name: string, contents: string | Uint8Array) => void },
  ) => Promise<{ error: Error | null }>;
}
const compiler = 'assemblyscript/asc';

const compile = async (): Promise<Uint8Array> => {
  let code: Uint8Array | undefined;
  const memory = ['--initialMemory', `${pages}`, '--maximumMemory', `${pages}`];
  const options = ['--baseDir', root, '--outFile', 'kernel', '-O3', '--noAssert', '--runtime', 'stub', ...memory];
  const { default: asc } = (await import(compiler)) as { default: Asc };
  const { error } = await asc.main(['tools/kernel/scan.ts', ...options, '--enable', 'simd'], {
    writeFile: (_, contents) => void (code = contents as Uint8Array),
  });
  if (error !== null || code === undefined) throw new Error('does not compile', { cause: error });
  return code;
};

it('is what its source compiles to', async () => {
  const text = `export const kernelCode =\n  '${Buffer.from(await compile()).toString('base64')}';\n`;
  await expect(text).toMatchFileSnapshot(fileURLToPath(new URL('kernel.generated.ts', import.meta.url)));
});

const wanted: Wanted = {
  type: true,
  message: { id: true, usage: { input: true, output: true, cache_read_tokens: true, cache_read_texts: true } },
  usage: true,
  cwd: true,
  cache_read_texts: true,
  '': true,
  'x"y': true,
};
const shape = new Shape(wanted);
const needle = Buffer.from('"usage"');

interface Seen {
  bytes: number;
  /** In their order: what was taken or why it was not, and where. */
  lines: readonly unknown[];
}

/** A second needle, which finds nothing more, is nothing for the kernel. */
const seen = (anyOf: Buffer[], bytes: Buffer, base: number, longest = 1 << 20): Seen => {
  const lines: unknown[] = [];
  const take = (line: unknown, offset: number) => void lines.push([offset, line]);
  const skip = (offset: number, reason: string) => void lines.push([offset, reason]);
  const sink: LineSink = { anyOf, picks: shape, take, skip };
  return { bytes: new LineScanner(sink, 0, longest).wholeLines(bytes, base), lines };
};
const byKernel = (bytes: Buffer, base = 1, longest?: number) => seen([needle], bytes, base, longest);
const byHand = (bytes: Buffer, base = 1, longest?: number) => seen([needle, needle], bytes, base, longest);

const names = [
  'type',
  'message',
  'id',
  'usage',
  'input',
  'cache_read_tokens',
  'cache_read_texts',
  'cache_read_other',
  'cwd',
  '',
];
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ minLength: 100, maxLength: 200 }),
  fc.constantFrom('"', '\\', '\\"', '"usage":{', ']}', 'opus', 'opus-4', '日本', 'café', '\u0000', 'a\nb'),
);
const name = fc.oneof(text, fc.constantFrom(...names));
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.nat(20),
    fc.constantFrom(null, true, false, 999_999_999, 1_000_000_000),
    fc.array(tie('json'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc
    .uniqueArray(fc.tuple(name, tie('json')), { maxLength: 8, selector: ([key]) => key })
    .map((some) => Object.fromEntries(some.filter(([key]) => key !== '__proto__'))),
}));
const object = json.filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value));

/** Lines have much in common. */
const alike = fc.record(
  {
    cwd: fc.constantFrom('/a', '/a"b', '/a/é', '/a/'),
    type: fc.constantFrom('x', 'x\\y', null),
    usage: fc.constantFrom(0, { a: '"' }),
    cache_read_texts: fc.constant('x'),
    cache_read_other: fc.constant('y'),
  },
  { requiredKeys: ['usage'] },
);

/** A line as it should be, or with a byte or two put in, taken out or cut off, so that nearly everything is met that is nearly JSON. */
const line = fc
  .tuple(
    fc.oneof(object, alike).map((value) => Buffer.from(JSON.stringify(value).replaceAll('\n', ' '))),
    fc.array(
      fc.tuple(fc.nat(), fc.nat(2), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[],:"\\ \t01tn')))),
      {
        maxLength: 2,
      },
    ),
    fc.constantFrom('', '', ' ', '\r', '\t '),
    fc.boolean(),
  )
  .map(([bytes, harm, space, isCut]) => {
    const all = [...bytes];
    for (const [at, removed, added] of harm) all.splice(at % (all.length + 1), removed, added);
    if (isCut) all.splice(harm[0]?.[0] ?? all.length);
    return Buffer.concat([Buffer.from(all), Buffer.from(space)]);
  });

describe('the kernel', () => {
  it('hands over what is handed over without it', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.nat(2),
        fc.constantFrom(60, 1 << 20),
        (lines, base, longest) => {
          const bytes = Buffer.concat(lines.flatMap((one) => [one, Buffer.from('\n')]).slice(0, -1));
          expect(byKernel(bytes, base, longest)).toEqual(byHand(bytes, base, longest));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('hands over the same wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), fc.nat(), (lines, at) => {
        const bytes = Buffer.concat(lines.flatMap((one) => [one, Buffer.from('\n')]));
        const cut = bytes.subarray(0, at % bytes.length);
        expect(byKernel(cut)).toEqual(byHand(cut));
      }),
      { numRuns: 700 },
    );
  });

  it('sees a needle, a name, a text and a newline at any place among sixteen bytes', () => {
    for (let before = 0; before < 40; before++) {
      const cwd = 'x'.repeat(before);
      const odd = `{"cwd":"${cwd}","usag":"\\\\","usage" : {"a":"]}\\\\\\""},"message":{"id":"${cwd}é"}}\n`;
      const bytes = Buffer.from(odd.repeat(3) + '{}\n\n{"a":1\n{"usage":1}\n');
      const { lines } = byKernel(bytes);
      expect(lines).toHaveLength(5);
      expect(lines[1]).toEqual([
        1 + Buffer.byteLength(odd),
        { cwd, usage: { a: ']}\\"' }, message: { id: `${cwd}é` } },
      ]);
      expect(byHand(bytes).lines).toEqual(lines);
    }
  });

  it('passes a line over that takes more of its tape than one may', () => {
    const many = `{${'"cwd":1,'.repeat(2000)}"usage":2}\n`;
    const bytes = Buffer.from(`{"usage":1}\n${many}{"usage":3}\n`.repeat(20));
    expect(byKernel(bytes).lines).toHaveLength(60);
    expect(byKernel(bytes)).toEqual(byHand(bytes));
  });

  it('comes to the end of many lines, of long ones, and of more bytes than it takes', () => {
    const lines = Array.from({ length: 4000 }, (_, i) => `{"usage":{"input":${i}},"cwd":"/${i % 3}"}\n`).join('');
    const long = `{"usage":0,"text":"${'é\\"'.repeat(200_000)}"}\n`;
    for (const bytes of [lines, long, lines + long, long + lines + long].map((all) => Buffer.from(all)))
      expect(byKernel(bytes)).toEqual(byHand(bytes));
    expect(byKernel(Buffer.from(lines)).lines).toHaveLength(4000);
  });

  it('keeps a text no longer than it is the same, whatever was wrong with the line before', () => {
    const bytes = Buffer.from('{"cwd":"a","type":01,"usage":"b"}\n{"cwd":"a","usage":"b"}\n{"cwd":"","usage":"ab"}\n');
    expect(byKernel(bytes).lines).toEqual([
      [1, 'malformed'],
      [35, { cwd: 'a', usage: 'b' }],
      [59, { cwd: '', usage: 'ab' }],
    ]);
  });

  it('begins anew after a line that nobody could take', () => {
    const take = () => expect.unreachable('taken');
    const skip = () => undefined;
    const lines = Buffer.from('{"usage":1}\n{"usage":1,"cwd":"one"}\n');
    const refusing: LineSink = { anyOf: [needle], picks: shape, take, skip };
    expect(() => new LineScanner(refusing, 0, 100).wholeLines(lines, 1)).toThrow('taken');
    expect(byKernel(lines)).toEqual(byHand(lines));
  });

  it('is not for what does not fit into it', () => {
    expect(kernelFor(new Shape({ ['x'.repeat(32)]: true }), needle)).toBeUndefined();
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`name-${i}`, true as const]));
    expect(kernelFor(new Shape(many), needle)).toBeUndefined();
    expect(kernelFor(new Shape({ cwd: true }), Buffer.from('"'))).toBeUndefined();
    expect(kernelFor(shape, Buffer.from('"cost"'))).toBeUndefined();
    expect(kernelFor(shape, needle)).toBeDefined();
  });

  it('is done without where there is no WebAssembly', () => {
    // The module itself is compiled by WebAssembly, so that it is taken away in between.
    const script = `const { Shape } = await import('./src/readers/pick.ts');
      globalThis.WebAssembly = { Module: undefined };
      const { kernelFor } = await import('./src/readers/kernel.ts');
      console.log(kernelFor(new Shape({ id: true }), Buffer.from('"id"')));`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
    expect(said.toString()).toBe('undefined\n');
  });
});
