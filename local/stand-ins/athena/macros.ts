/**
 * Trino's semantics as macros of the embedded engine. Where the types of the arguments decide what the result is, a macro has overloads,
 * and its caller gives the deciding arguments twice: first to be told apart by (an overload casts those to its own types), then as they
 * are. Macros are expanded when a query is bound, so that neither predicates nor speed suffer. Of an aggregate, a window, a subquery or
 * the column of an outer query the type is not known by then: its operators are the `_late` ones, which go by `typeof`, and through texts
 * where the type of the result depends.
 */
import { ARITHMETIC } from './macros/arithmetic';
import { CASTS } from './macros/casts';
import { CHECKS } from './macros/checks';
import { COLLECTIONS } from './macros/collections';
import { TEXTS } from './macros/texts';

export const MACROS: readonly string[] = [...CHECKS, ...CASTS, ...ARITHMETIC, ...TEXTS, ...COLLECTIONS];

const UNARY = ['ceil', 'floor', 'trunc', 'round', 'sign', 'reverse'];
const BINARY = ['quotient', 'remainder', 'minus'];

/**
 * Puts the late macros in the place of those that have overloads, on one connection: for a statement that gives them what is known only
 * when the whole of it is bound. A column that nobody has is told by its name then, too.
 */
export const LATE_MACROS: readonly string[] = [
  ...UNARY.map((name) => `CREATE TEMP MACRO lithify_${name}(t, x) AS lithify_${name}_late(x)`),
  ...BINARY.map((name) => `CREATE TEMP MACRO lithify_${name}(ta, tb, a, b) AS lithify_${name}_late(a, b)`),
  'CREATE TEMP MACRO lithify_steps(t, a, b) AS lithify_steps_late(a, b)',
  'CREATE TEMP MACRO lithify_steps_by(t, a, b, s) AS lithify_steps_by_late(a, b, s)',
];
