import { partnerRoute } from '../../platform/edge/http/index.ts';
import { priceVersions } from './price-versions.ts';
import { readSimulation } from '../../lending/simulations/read-simulation.ts';
import { simulate } from '../../lending/simulations/simulate.ts';
import { SimulationAnswer } from '../../lending/simulations/simulation-answer.ts';
import { SimulationForm } from '../../lending/simulations/simulation-form.ts';

/** `POST /v1/simulations`: a loan and dated events, the loan after each of them. */
export const simulationRoute = partnerRoute({
  method: 'POST',
  url: '/v1/simulations',
  summary: 'What would become of a loan',
  description:
    'The loan after each of a list of dated events: schedule, transactions, ageing, class and journal, each figure with its formula in words. Nothing is stored.',
  bodyLimit: 65_536,
  maxItems: 5_000,
  body: SimulationForm,
  response: SimulationAnswer,
  answer: async (form, { partnerId }, { postgres }) => {
    const { steps } = simulate(
      readSimulation(form, partnerId, form.loan.product == null ? [] : await priceVersions(postgres)),
    );
    return { steps };
  },
});
