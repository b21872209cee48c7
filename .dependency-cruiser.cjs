/** The rooms and who may import whom (docs/architecture.md); type imports count like any other. */
const rooms = [
  'models',
  'lending',
  'platform',
  'connectors',
  'pipelines',
  'migration',
  'dashboards',
  'console',
  'schedules',
  'tools',
];
const allowed = {
  models: [],
  lending: ['models'],
  platform: ['models'],
  connectors: ['models', 'platform'],
  pipelines: ['models', 'lending', 'platform'],
  migration: ['models', 'lending', 'platform', 'connectors/legacy'],
  dashboards: ['models', 'platform'],
  console: ['models', 'lending', 'platform'],
  schedules: ['models', 'platform'],
  tools: ['models', 'lending', 'pipelines', 'platform'],
};
/** Rooms that use the others through their entry files. */
const throughEntries = ['console', 'schedules'];
const entries = '^(connectors|pipelines|migration|dashboards|tools)/(index|[^/]+/index)\\.ts$';
/** The floors of platform/, from the lowest; each may import those below it. */
const floors = ['kernel', 'storage', 'streaming', 'edge', 'local'];

module.exports = {
  forbidden: [
    ...rooms.map((room) => ({
      name: `${room}-imports`,
      comment: `${room}/ may import only ${allowed[room].join(', ') || 'nothing of ours'}`,
      severity: 'error',
      from: { path: `^${room}/`, pathNot: '\\.(test|fixture)\\.tsx?$' },
      to: {
        path: `^(${[...rooms, 'test'].join('|')})/|^hub\\.ts$`,
        pathNot: [
          `^${room}/`,
          ...allowed[room].map((other) => `^${other}/`),
          ...(throughEntries.includes(room) ? [entries] : []),
        ],
      },
    })),
    ...floors.map((floor, height) => ({
      name: `platform-${floor}`,
      comment: `platform/${floor} may import only floors below it: ${floors.slice(0, height).join(', ') || 'none'}`,
      severity: 'error',
      from: { path: `^platform/${floor}/`, pathNot: '\\.(test|fixture)\\.tsx?$' },
      to: { path: '^platform/', pathNot: floors.slice(0, height + 1).map((lower) => `^platform/${lower}/`) },
    })),
    {
      name: 'nothing-imports-local',
      comment: 'The embedded servers and the set-up are handed in by hub.ts; nothing in production imports them',
      severity: 'error',
      from: { path: `^(${rooms.join('|')})/`, pathNot: ['^platform/local/', '\\.test\\.tsx?$'] },
      to: { path: '^platform/local/' },
    },
    {
      name: 'unit-tests-stay-home',
      severity: 'error',
      from: { path: '\\.test\\.tsx?$', pathNot: '^test/' },
      to: { path: '^hub\\.ts$' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-dev-dependency-in-production',
      severity: 'error',
      from: {
        path: `^(${rooms.join('|')}|hub\\.ts)`,
        pathNot: ['\\.test\\.tsx?$', '^console/(web|api-types)/', '^platform/local/(build|dev|setup)'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.data|console/web|coverage)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
