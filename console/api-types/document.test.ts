import { describe, expect, it } from '@jest/globals';
import { consoleApiDocument } from './document.ts';

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
  'x-access'?: string;
}

const document = (await consoleApiDocument()) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
);

const byName = (name: string) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }] });

describe('the OpenAPI document of the console', () => {
  it.each(operations)('%s names its access rule, what it answers and how it refuses', (_name, operation) => {
    expect(operation['x-access']).toEqual(expect.any(String));
    const successes = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
    expect(successes).not.toHaveLength(0);
    for (const [status, { content }] of successes)
      if (status !== '204') expect(content?.['application/json']?.schema).toBeDefined();
    expect(operation.responses['default']?.content?.['application/problem+json']?.schema).toEqual({
      $ref: '#/components/schemas/Problem',
    });
  });

  it('has every page of the API, and its answers once each by name', () => {
    expect(operations.length).toBeGreaterThan(30);
    const detail = document.paths['/api/applications/{id}']!['get']!.responses['200']!;
    expect(detail.content!['application/json']!.schema).toEqual(byName('ApplicationDetail'));
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining([
        'ApplicationDetail',
        'Customer',
        'DeadLetter',
        'Reconciliation',
        'SimulatedStep',
        'TaskRecord',
      ]),
    );
  });
});
