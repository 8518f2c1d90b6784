import type { State, TaskState } from '../workflows/asl';
import type { Parity, ParityName } from './parity';
import { HOST_PARITY, PARITY } from './parity';
import { modelledOperations } from './parity-operations';
import { FORMS, FUNCTIONS } from './stand-ins/athena/functions';
import type { Support } from './support';
import { STAND_INS, SUPPORT } from './support';

const code = (text: string): string => `\`${text}\``;
const codes = (texts: readonly string[]): string => texts.map(code).join(', ');

/** What `docs/parity.md` must hold: written from the lists that the host itself goes by. */
export const parityDocument = async (): Promise<string> => {
  const operations = await modelledOperations();
  const names: readonly ParityName[] = [...STAND_INS, 'metrics', 'identity'];
  const sections = [
    INTRODUCTION,
    ['## Every service', behaviours(HOST_PARITY), shownBy(HOST_PARITY.tests)],
    ...names.map((name) => serviceSection(name, operations[name])),
    [
      '## Resources that need no stand-in',
      'The program declares them, and nothing has to be done for them here.',
      inertResources(),
    ],
  ];
  return `${sections
    .flat()
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
};

const INTRODUCTION = [
  '# Parity',
  'What the embedded host does as AWS does it, what it does differently, and what it leaves out, with the reason. This page is written by `npm run parity` from the lists that the host itself goes by; a test fails where they differ.',
  'Nothing is passed over in silence: a resource type or an input of the program that stands nowhere on this page stops the host before it starts, and an operation or a parameter of a request that is not modelled is answered with an error of the service.',
];

const serviceSection = (name: ParityName, operations: readonly string[]): readonly string[] => {
  const parity = PARITY[name];
  return [
    `## ${parity.service}`,
    ...(operations.length === 0 ? [] : [`Operations: ${codes(operations)}.`]),
    `What is not modelled: ${parity.refusal}.`,
    ...(VOCABULARY[name] ?? []),
    behaviours(parity),
    ...Object.entries(SUPPORT).flatMap(([type, support]) =>
      'standIn' in support && support.standIn === name ? inputsOf(type, support) : [],
    ),
    shownBy(parity.tests),
  ];
};

/** The language of a definition, as it is typed: a kind that is added there does not compile until it is named here. */
const STATES = { Task: true, Pass: true, Wait: true, Choice: true, Map: true, Succeed: true, Fail: true } satisfies Readonly<
  Record<State['Type'], true>
>;
const INTEGRATIONS = {
  'arn:aws:states:::lambda:invoke': true,
  'arn:aws:states:::athena:startQueryExecution.sync': true,
  'arn:aws:states:::aws-sdk:glue:deleteTable': true,
} satisfies Readonly<Record<TaskState['Resource'], true>>;

/** What a service is told beside its operations. */
const VOCABULARY: Partial<Readonly<Record<ParityName, readonly string[]>>> = {
  athena: [`Functions: ${codes([...new Set([...Object.keys(FUNCTIONS), ...FORMS])].sort())}.`],
  'state-machine': [`States: ${codes(Object.keys(STATES))}.`, `Integrations: ${codes(Object.keys(INTEGRATIONS))}.`],
};

const behaviours = ({ alike, different, absent }: Pick<Parity, 'alike' | 'different' | 'absent'>): string =>
  [headed('As on AWS', alike), headed('Different', different), headed('Not modelled', absent)]
    .filter((part) => part !== '')
    .join('\n\n');

const headed = (heading: string, items: readonly string[]): string =>
  items.length === 0 ? '' : `### ${heading}\n\n${bullets(items)}`;

const inputsOf = (type: string, { honoured, ignored }: Extract<Support, { readonly standIn: string }>): readonly string[] => [
  `### Inputs of ${code(type)}`,
  `Honoured: ${codes(honoured)}.`,
  ...(Object.keys(ignored).length === 0
    ? []
    : [`Ignored:`, bullets(Object.entries(ignored).map(([path, reason]) => `${code(path)}: ${reason}`))]),
];

const inertResources = (): string =>
  bullets(Object.entries(SUPPORT).flatMap(([type, support]) => ('inert' in support ? [`${code(type)}: ${support.inert}`] : [])));

const shownBy = (tests: readonly string[]): string => `Shown by ${codes(tests)}.`;

const bullets = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
