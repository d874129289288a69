import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CompileError } from './ast.ts'
import { compile } from './compile.ts'
import { dyn, int, list, map, string, type Type } from './types.ts'
import { dynamic, plain } from './values.ts'

const data = {
  n: 5,
  s: 'hello',
  list: [1, 2, 3],
  names: ['a', 'b'],
  o: { a: { b: 'deep' }, 'x-y': 1, none: null },
}
const variables: Record<string, Type> = {
  n: int,
  s: string,
  list: list(int),
  names: list(string),
  labels: map(string, string),
  o: dyn,
}
const values = {
  ...Object.fromEntries(Object.entries(data).map(([key, one]) => [key, dynamic(one)])),
  labels: dynamic({ app: 'web' }),
}

const run = (source: string, limit = 1_000_000) => plain(compile(source, { variables }).run(values, limit).value)

/** Expression → value. */
const cases: [string, unknown][] = [
  ['1 + 2 * 3', 7],
  ['-7 / 2', -3],
  ['7 % -3', 1],
  ['1.5 + 2.0', 3.5],
  ['2u + 3u', 5],
  ['0x1F', 31],
  ['"a" + \'b\' + r"\\n"', 'ab\\n'],
  ['"\\u00e9\\t\\x41"', 'é\tA'],
  ['"""multi\nline"""', 'multi\nline'],
  ['b"abc" == bytes("abc")', true],
  ['1 == 1.0', undefined],
  ['dyn(1) == dyn(1.0)', true],
  ['1 < 2.5 && 2u >= 1', true],
  ['true ? 1 : 2', 1],
  ['n in [1, 5]', true],
  ["'app' in labels && !('x' in labels)", true],
  ['list[1]', 2],
  ['o.a.b', 'deep'],
  ["o['x-y']", 1],
  ['has(o.a.b) && !has(o.a.c)', true],
  ['labels.app', 'web'],
  ['[1, 2] + [3]', [1, 2, 3]],
  ['{"a": 1, "b": 2}.size()', 2],
  ['list.all(x, x > 0)', true],
  ['list.exists(x, x == 2) && list.exists_one(x, x == 3)', true],
  ['list.map(x, x * 2)', [2, 4, 6]],
  ['list.map(x, x > 1, x * 2)', [4, 6]],
  ['list.filter(x, x > 1)', [2, 3]],
  ['list.all(i, x, i < x)', true],
  ['list.transformList(i, x, i + x)', [1, 3, 5]],
  ['labels.transformMap(k, v, k + v)', { app: 'appweb' }],
  ['labels.exists(k, k == "app")', true],
  ['cel.bind(x, n * 2, x + x)', 20],
  ['false && o.missing.x', false],
  ['o.missing.x || true', true],
  ['[0, 1].exists(x, 1 / x == 1)', true],
  ['s.size() + size(list)', 8],
  ['s.startsWith("he") && s.endsWith("lo") && s.contains("ell") && s.matches("^h.*o$")', true],
  ['string(n) + string(1.5) + string(true)', '51.5true'],
  ['int("42") + int(3.9)', 45],
  ['double("1e3")', 1000],
  ['type(n) == int && type(s) == string && type({}) == map', true],
  ['timestamp("2024-02-03T04:05:06Z").getMonth()', 1],
  ['timestamp("2024-02-03T04:05:06Z") + duration("1h") == timestamp("2024-02-03T05:05:06Z")', true],
  ['timestamp("2024-02-03T23:05:06Z").getHours("Europe/Berlin")', 0],
  ['duration("1h30m").getMinutes()', 90],
  ['string(duration("90s"))', '90s'],
  ['"a,b,c".split(",")', ['a', 'b', 'c']],
  ['"a,b,c".split(",", 2)', ['a', 'b,c']],
  ['["a", "b"].join("-")', 'a-b'],
  ['"Hello".lowerAscii() + "x".upperAscii()', 'helloX'],
  ['"hello".indexOf("l") + "hello".lastIndexOf("l")', 5],
  ['"hello".substring(1, 3)', 'el'],
  ['"  x ".trim()', 'x'],
  ['"abab".replace("a", "c", 1)', 'cbab'],
  ['"tacocat".charAt(3)', 'o'],
  ['"%s is %d, %.2f, %x, %b, %s".format(["n", 5, 1.5, 255, 5, [1, "a"]])', 'n is 5, 1.50, ff, 101, [1, a]'],
  ['[1, 2, 3].isSorted() && [1, 2].sum() == 3 && [3, 1].min() == 1 && [3, 1].max() == 3', true],
  ['["a", "b", "a"].indexOf("b") + ["a", "b", "a"].lastIndexOf("a")', 3],
  ['"abc 123".find("[0-9]+")', '123'],
  ['"123 abc 456".findAll("[0-9]+")', ['123', '456']],
  ['"123 abc 456".findAll("[0-9]+", 1)', ['123']],
  ['"Ab1".matches("(?i)^[[:alpha:]]+\\\\d$") && "x".matches(r"\\Ax\\z")', true],
  ['sets.contains([1, 2], [2]) && sets.equivalent([1, 2], [2, 1]) && sets.intersects([1], [1, 2])', true],
  ['url("https://u@example.com:80/a%20b?x=1&x=2").getPort()', '80'],
  ['url("https://example.com:80/path?x=1&x=2").getQuery()', { x: ['1', '2'] }],
  ['url("https://[::1]:80/").getHostname()', '::1'],
  ['isURL("no") || isURL("https://a.b/")', true],
  ['quantity("1.5Gi").isGreaterThan(quantity("1G"))', true],
  ['quantity("50k").add(20).asInteger()', 50020],
  ['quantity("1") == quantity("1000m") && isQuantity("1x") == false', true],
  ['ip("10.0.0.1").family() == 4 && !isIP("010.0.0.1") && ip("::1").isLoopback()', true],
  ['ip.isCanonical("2001:DB8::1")', false],
  ['cidr("10.0.0.0/8").containsIP("10.1.2.3") && !cidr("10.0.0.0/8").containsCIDR("11.0.0.0/16")', true],
  ['string(cidr("10.1.2.3/8").masked())', '10.0.0.0/8'],
  ['string(ip("2001:db8:0:0::1"))', '2001:db8::1'],
  ['format.dns1123Label().validate("Ab").hasValue()', true],
  ['!format.named("dns1123Subdomain").value().validate("a.b").hasValue()', true],
  ['semver("1.2.3").isLessThan(semver("1.10.0")) && semver("v1.2", true).minor() == 2', true],
  ['semver("1.0.0-rc.1").compareTo(semver("1.0.0"))', -1],
  ['optional.of(1).value() + optional.none().orValue(2)', 3],
  ['o.?a.?b.orValue("x") + o.?q.?r.orValue("y")', 'deepy'],
  ['o.?a.hasValue() && labels[?"nope"].hasValue() == false', true],
  ['[?optional.none(), ?optional.of(1)]', [1]],
  ['optional.of(2).optMap(x, x * 2).value()', 4],
  ['{?"a": optional.none(), "b": 1}', { b: 1 }],
  ['"\\"q\\""', '"q"'],
  ['9223372036854775807 == -(-9223372036854775807)', true],
  ['-9223372036854775808', '-9223372036854775808'],
  ['// comment\n1 + 1', 2],
  ['o.none == null', true],
]

describe('CEL', () => {
  for (const [source, wanted] of cases)
    test(source, () => {
      if (wanted === undefined) assert.throws(() => run(source), CompileError)
      else assert.deepEqual(run(source), wanted)
    })

  const wrong: [string, RegExp][] = [
    ['n = 4', /^ERROR: <input>:1:3: Syntax error: token recognition error/],
    ['n +', /Syntax error: mismatched input '<EOF>'|Syntax error: extraneous input|Syntax error/],
    ['n.foo', /type 'int' does not support field selection/],
    [
      'unknown > 1',
      /ERROR: <input>:1:1: undeclared reference to 'unknown' \(in container ''\)\n \| unknown > 1\n \| \^/,
    ],
    [
      "n > '1'",
      /ERROR: <input>:1:3: found no matching overload for '_>_' applied to '\(int, string\)'\n \| n > '1'\n \| \.\.\^/,
    ],
    ["'x' + n", /found no matching overload for '_\+_' applied to '\(string, int\)'/],
    ['s.startsWith(1)', /found no matching overload for 'startsWith' applied to 'string\.\(int\)'/],
    ['nope(1)', /undeclared reference to 'nope'/],
    ["[1, 'a']", /expected type 'int' but found 'string'/],
    ['list.all(x, x)', /expected type 'bool' but found 'int'/],
    ['package', /reserved identifier: package/],
    ['s.matches("(?=x)")', /invalid matches argument/],
    ['duration("soon") > duration("1s")', /invalid duration argument/],
    ['timestamp("yesterday") == timestamp("2024-01-01T00:00:00Z")', /invalid timestamp argument/],
  ]
  for (const [source, message] of wrong)
    test(`refuses ${source}`, () =>
      assert.throws(
        () => run(source),
        (error: Error) => error instanceof CompileError && message.test(error.message),
      ))

  const failing: [string, string][] = [
    ['1 / 0', 'division by zero'],
    ['list[7]', 'index out of bounds: 7'],
    ['o.missing', 'no such key: missing'],
    ['labels["x"]', 'no such key: x'],
    ['9223372036854775807 + 1', 'integer overflow'],
    ['dyn("a") + dyn(1)', 'no such overload'],
    ['int("x")', "type conversion error from 'string' to 'int'"],
  ]
  for (const [source, message] of failing)
    test(`fails at ${source}`, () => assert.throws(() => run(source), { message }))

  test('no text keeps a pattern busy', () => {
    const started = performance.now()
    assert.equal(run(`"${'a'.repeat(5_000)}!".matches("^(a+)+$")`), false)
    assert.ok(performance.now() - started < 2_000)
  })

  test('stops at the cost limit', () => {
    const numbers = `[${Array.from({ length: 100 }, (_, i) => i).join(',')}]`
    assert.throws(() => run(`${numbers}.all(a, ${numbers}.all(b, a + b >= 0))`, 10_000), {
      message: 'operation cancelled: actual cost limit exceeded',
    })
  })
})
