import { Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { rightsOf } from '../../platform/edge/access/rights.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { userOf } from '../../platform/edge/access/user-of.ts';
import { forbidden } from '../../platform/edge/http/index.ts';
import { accessesOf, knownTraces, lookerOf, readCustomer, revealCustomer } from './customer.ts';
import { eraseCustomer } from './erase.ts';
import { exportCustomer } from './export.ts';
import { findCustomers, type Looker } from './find.ts';
import {
  Accesses,
  Customer,
  CustomerExport,
  CustomerSearch,
  EraseRequest,
  ErasedCustomer,
  FoundCustomers,
  RevealedCustomer,
  RevealRequest,
} from './shapes.ts';

const TAGS = ['customers'];
const read = { access: 'customers.read' } as const;
const Person = Type.Object({ personId: Type.String({ minLength: 1, maxLength: 64 }) });
type Of<Body = unknown> = { Params: { personId: string }; Body: Body };

/** Whoever sees only some partners' applications can neither hand over nor end the whole person. */
function wholeLooker(request: FastifyRequest): Looker {
  const looker = lookerOf(userOf(request));
  if (looker.partners !== null) throw forbidden('FORBIDDEN', 'Only somebody who sees all partners may do this');
  return looker;
}

/** One customer over everything: /api/customers. Every access is recorded (hub.audit). */
export function customerRoutes(app: FastifyInstance, context: HubContext): void {
  app.post<{ Body: CustomerSearch }>(
    '/api/customers/search',
    {
      config: read,
      schema: {
        tags: TAGS,
        summary: 'Customers by exact ID number, mobile, application or order number; recorded',
        body: CustomerSearch,
        response: { 200: FoundCustomers },
      },
    },
    async (request) => ({ customers: await findCustomers(context, lookerOf(userOf(request)), request.body) }),
  );
  app.get<Of>(
    '/api/customers/:personId',
    {
      config: read,
      schema: { tags: TAGS, summary: 'One customer in masks; recorded', params: Person, response: { 200: Customer } },
    },
    (request) =>
      readCustomer(context, lookerOf(userOf(request)), rightsOf(userOf(request).role), request.params.personId),
  );
  app.get<Of>(
    '/api/customers/:personId/accesses',
    {
      config: { access: 'audit.read' },
      schema: {
        tags: TAGS,
        summary: 'Who looked at this customer, newest first',
        params: Person,
        response: { 200: Accesses },
      },
    },
    async (request) => {
      await knownTraces(context, lookerOf(userOf(request)), request.params.personId);
      return { accesses: await accessesOf(context, request.params.personId) };
    },
  );
  app.post<Of<{ reason: string }>>(
    '/api/customers/:personId/reveal',
    {
      config: { access: 'persons.reveal' },
      schema: {
        tags: TAGS,
        summary: 'The customer in plain text; recorded',
        params: Person,
        body: RevealRequest,
        response: { 200: RevealedCustomer },
      },
    },
    (request) => revealCustomer(context, lookerOf(userOf(request)), request.params.personId, request.body.reason),
  );
  app.post<Of<{ reason: string }>>(
    '/api/customers/:personId/export',
    {
      config: { access: 'customers.export' },
      schema: {
        tags: TAGS,
        summary: 'All the hub holds of the customer, in plain text; recorded',
        params: Person,
        body: RevealRequest,
        response: { 200: CustomerExport },
      },
    },
    (request) => exportCustomer(context, wholeLooker(request), request.params.personId, request.body.reason),
  );
  app.post<Of<{ reason: string; confirm: string }>>(
    '/api/customers/:personId/erase',
    {
      config: { access: 'customers.erase' },
      schema: {
        tags: TAGS,
        summary: 'Erase the customer for good; 409 while an application or loan is open; recorded',
        params: Person,
        body: EraseRequest,
        response: { 200: ErasedCustomer },
      },
    },
    async (request) => {
      const { personId } = request.params;
      if (request.body.confirm !== personId)
        throw new InvalidInputError('The customer was not erased', [
          { pointer: '/confirm', code: 'DIFFERENT', detail: 'is not the id of this customer' },
        ]);
      await eraseCustomer(context, wholeLooker(request), personId, request.body.reason);
      return { personId, erased: true };
    },
  );
}
