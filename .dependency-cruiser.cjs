/** The rooms and who may import whom (design.md §2). */
const rooms = ['models', 'platform', 'connectors', 'pipelines', 'migration', 'dashboards', 'schedules'];
const allowed = {
  models: [],
  platform: ['models'],
  connectors: ['models', 'platform'],
  pipelines: ['models', 'platform'],
  migration: ['models', 'platform', 'connectors/legacy'],
  dashboards: ['models', 'platform'],
  schedules: ['models', 'platform'],
};
// Jobs start the other rooms' work through their entry files only.
const entries = '^(connectors|pipelines|migration|dashboards)/(index|[^/]+/index)\\.ts$';

module.exports = {
  forbidden: [
    ...rooms.map((room) => ({
      name: `${room}-imports`,
      comment: `${room}/ may import only ${allowed[room].join(', ') || 'nothing of ours'}`,
      severity: 'error',
      from: { path: `^${room}/`, pathNot: '\\.test\\.tsx?$' },
      to: {
        path: `^(${[...rooms, 'test'].join('|')})/|^hub\\.ts$`,
        pathNot: [`^${room}/`, ...allowed[room].map((other) => `^${other}/`), ...(room === 'schedules' ? [entries] : [])],
      },
    })),
    { name: 'unit-tests-stay-home', severity: 'error', from: { path: '\\.test\\.tsx?$', pathNot: '^test/' }, to: { path: '^hub\\.ts$' } },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'no-dev-dependency-in-production', severity: 'error', from: { path: `^(${rooms.join('|')}|hub\\.ts)`, pathNot: ['\\.test\\.tsx?$', '^dashboards/web/', '^platform/(build|setup)'] }, to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.data|dashboards/web|coverage)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'] },
  },
};
