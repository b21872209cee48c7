import type { SimulationForm } from './simulation-api.ts';

/** Hands the simulation out as the JSON file that `hub simulate` and `POST /v1/simulations` take. */
export function download(form: SimulationForm): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(form, null, 2)}\n`], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `simulation-${form.loan.disbursedOn}.json`;
  link.click();
  URL.revokeObjectURL(url);
}

/** Reads a file as JSON; whether it is a simulation the hub decides. Throws SyntaxError when it is no JSON. */
export async function readFile(file: File): Promise<SimulationForm> {
  return JSON.parse(await file.text()) as SimulationForm;
}

/** Without what is left empty: the API takes null for it, a form shows nothing. */
export function withoutEmpty<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined && each !== null)) as Value;
}
