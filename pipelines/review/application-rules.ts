import { addMonths, ageInFullYears } from '../../models/reference/dates.ts';
import { exceeds, percent, percentOf, yuan } from '../../models/numbers/exact.ts';
import { failed, notApplicable, passed, type Rule } from './finding.ts';

/*
 * The rules an application is held against before a bureau is paid for (docs/domain.md §2). Every limit is inclusive: the value that equals
 * its limit passes. `detail` is what the partner reads.
 */

const KIND = { new: '新车', used: '二手车' } as const;
const USE = { own: '自用', commercial: '商用' } as const;
const ENERGY = { fuel: '燃油', 'new-energy': '新能源' } as const;

/** Every consent the policy asks for was given; without one no bureau may be asked (PIPL). */
export const consent: Rule = ({ index, application }) => {
  const missing = index.requiredConsents.filter((purpose) => !application.consents.includes(purpose));
  const limit = index.requiredConsents.join(',');
  if (missing.length === 0) return passed('consent', { given: application.consents.join(',') }, limit);
  const knockOut = { outcome: index.policy.consent.outcome, enquire: false };
  return failed(
    'consent',
    { given: application.consents.join(',') },
    limit,
    knockOut,
    'CONSENT_MISSING',
    `缺少授权：${missing.join('、')}`,
  );
};

/** The person, ID number, mobile or car stands on a list. */
export const blacklist: Rule = ({ index, match }) =>
  match.blacklist === null
    ? passed('blacklist', { list: null }, null)
    : failed(
        'blacklist',
        { list: match.blacklist },
        null,
        index.policy.blacklist,
        'BLACKLIST',
        `命中风险名单（${match.blacklist}）`,
      );

/** The same person asked for the same before, at whatever partner, within the window of the matching policy. */
export const duplicateApplication: Rule = ({ index, match }) => {
  const inputs = { duplicateOf: match.duplicateOf, priorApplications: match.priorApplications };
  return match.duplicateOf === null
    ? passed('duplicate-application', inputs, null)
    : failed(
        'duplicate-application',
        inputs,
        null,
        index.policy.duplicates,
        'DUPLICATE_APPLICATION',
        `同一申请人近期已提交同一申请（${match.duplicateOf}）`,
      );
};

/** Old enough on the application date, in full years. */
export const ageMinimum: Rule = ({ index, application, businessDate }) => {
  const { min, knockOut } = index.policy.age;
  const age = ageInFullYears(application.birthDate, businessDate);
  return age >= min
    ? passed('age-minimum', { age }, min)
    : failed('age-minimum', { age }, min, knockOut, 'AGE_MIN', `申请人${age}周岁，低于最低年龄${min}周岁`);
};

/** Not too old when the last instalment falls due, in full years. */
export const ageAtMaturity: Rule = ({ index, application, maturityDate }) => {
  const { maxAtMaturity, knockOut } = index.policy.age;
  if (maturityDate === null) return notApplicable('age-at-maturity');
  const age = ageInFullYears(application.birthDate, maturityDate);
  const inputs = { age, maturityDate };
  return age <= maxAtMaturity
    ? passed('age-at-maturity', inputs, maxAtMaturity)
    : failed(
        'age-at-maturity',
        inputs,
        maxAtMaturity,
        knockOut,
        'AGE_AT_MATURITY',
        `贷款到期日${maturityDate}申请人${age}周岁，超过上限${maxAtMaturity}周岁`,
      );
};

/** The lender does business where the applicant lives. */
export const region: Rule = ({ index, application }) => {
  const code = application.region;
  const closed = [code.slice(0, 2), code.slice(0, 4), code].find((prefix) => index.closedRegions.has(prefix));
  return closed === undefined
    ? passed('region', { region: code }, null)
    : failed(
        'region',
        { region: code },
        closed,
        index.policy.regions.knockOut,
        'REGION_CLOSED',
        `地区${code}未开展业务（${closed}）`,
      );
};

/** The term is within the cap for new or used cars. */
export const tenor: Rule = ({ index, application }) => {
  const { newMonths, usedMonths, knockOut } = index.policy.tenor;
  const cap = application.kind === 'new' ? newMonths : usedMonths;
  const inputs = { kind: application.kind, termMonths: application.termMonths };
  return application.termMonths <= cap
    ? passed('tenor-cap', inputs, cap)
    : failed(
        'tenor-cap',
        inputs,
        cap,
        knockOut,
        'TENOR_CAP',
        `期限${application.termMonths}个月，超过${KIND[application.kind]}上限${cap}个月`,
      );
};

/** A used car is not too old, now and at the end of the term. */
export const carAge: Rule = ({ index, application, businessDate, maturityDate }) => {
  if (application.kind === 'new') return notApplicable('car-age');
  const { maxMonths, maxMonthsAtMaturity, unknown, knockOut } = index.policy.carAge;
  const { firstRegistered } = application;
  const limit = `${maxMonths}/${maxMonthsAtMaturity}`;
  if (firstRegistered === null) {
    return failed(
      'car-age',
      { firstRegistered },
      limit,
      { outcome: unknown, enquire: true },
      'CAR_AGE',
      '二手车缺少首次登记日期，无法核定车龄',
    );
  }
  const inputs = { firstRegistered, businessDate, maturityDate };
  if (addMonths(firstRegistered, maxMonths) < businessDate) {
    return failed(
      'car-age',
      inputs,
      limit,
      knockOut,
      'CAR_AGE',
      `车辆首次登记${firstRegistered}，申请日车龄超过上限${maxMonths}个月`,
    );
  }
  return maturityDate !== null && addMonths(firstRegistered, maxMonthsAtMaturity) < maturityDate
    ? failed(
        'car-age',
        inputs,
        limit,
        knockOut,
        'CAR_AGE',
        `车辆首次登记${firstRegistered}，到期日${maturityDate}车龄超过上限${maxMonthsAtMaturity}个月`,
      )
    : passed('car-age', inputs, limit);
};

/** The part of the loan that pays for the car, against the lesser of the values the policy names as its base. */
export const loanToValue: Rule = ({ index, application }) => {
  const { kind, use, energy, priceFen, listPriceFen, valuationFen } = application;
  const { base, usedWithoutValuation, knockOut } = index.policy.ltv;
  const names: readonly string[] = base[kind];
  const other = kind === 'new' ? listPriceFen : valuationFen;
  const usesOther = names.includes(kind === 'new' ? 'list-price' : 'valuation');
  let baseFen = names.includes('price') ? priceFen : (other ?? priceFen);
  if (usesOther && other !== null && other < baseFen) baseFen = other;
  const financedFen = application.amountFen - application.addOnFinancedFen;
  const cap = index.cap.get(`${kind}/${use}/${energy}`);
  const inputs = { kind, use, energy, financedFen, baseFen };
  const what = `${KIND[kind]}、${USE[use]}、${ENERGY[energy]}`;
  if (cap === undefined)
    return failed(
      'ltv-cap',
      inputs,
      null,
      { outcome: 'refer', enquire: false },
      'LTV_CAP',
      `政策未规定贷款成数上限（${what}）`,
    );
  if (exceeds(financedFen, baseFen, cap.ratio)) {
    return failed(
      'ltv-cap',
      inputs,
      cap.cap,
      knockOut,
      'LTV_CAP',
      `贷款成数${percentOf(financedFen, baseFen)}，超过上限${percent(cap.cap)}（${what}）`,
    );
  }
  if (kind === 'used' && valuationFen === null && usesOther && usedWithoutValuation === 'refer') {
    return failed(
      'ltv-cap',
      { ...inputs, valuationFen },
      cap.cap,
      { outcome: 'refer', enquire: true },
      'LTV_CAP',
      '二手车缺少评估价，无法核定贷款成数',
    );
  }
  return passed('ltv-cap', inputs, cap.cap);
};

/** Add-ons are financed in part only, large ones less. */
export const addOns: Rule = ({ index, application }) => {
  const { addOnPriceFen, addOnFinancedFen, priceFen, amountFen } = application;
  if (addOnPriceFen === 0 && addOnFinancedFen === 0) return notApplicable('add-ons');
  const share = exceeds(addOnPriceFen, priceFen, index.addOnLargeFrom) ? index.addOnShareLarge : index.addOnShare;
  const inputs = { addOnPriceFen, addOnFinancedFen, priceFen, amountFen };
  const { knockOut } = index.policy.addOns;
  if (addOnFinancedFen > amountFen) {
    return failed(
      'add-ons',
      inputs,
      share.text,
      knockOut,
      'LTV_CAP',
      `附加产品融资${yuan(addOnFinancedFen)}，超过申请金额${yuan(amountFen)}`,
    );
  }
  return exceeds(addOnFinancedFen, addOnPriceFen, share)
    ? failed(
        'add-ons',
        inputs,
        share.text,
        knockOut,
        'LTV_CAP',
        `附加产品融资比例${percentOf(addOnFinancedFen, addOnPriceFen)}，超过上限${percent(share.text)}`,
      )
    : passed('add-ons', inputs, share.text);
};

/** The policy has a price for the product, for this kind of car and method, and the price is within the ceiling. */
export const rateCeiling: Rule = ({ index, application }) => {
  const product = index.product.get(application.product);
  const { unpriced, knockOut, annualRate: ceiling } = index.policy.rateCeiling;
  const inputs = { product: application.product, method: application.method, annualRate: product?.annualRate ?? null };
  if (product === undefined || product.kind !== application.kind || !product.methods.includes(application.method)) {
    return failed(
      'rate-ceiling',
      inputs,
      ceiling,
      { outcome: unpriced, enquire: false },
      'RATE_CEILING',
      `产品${application.product}（${KIND[application.kind]}，${application.method}）在现行政策中没有定价，无法核定年利率`,
    );
  }
  return product.tooDear
    ? failed(
        'rate-ceiling',
        inputs,
        ceiling,
        knockOut,
        'RATE_CEILING',
        `年利率${percent(product.annualRate)}，超过上限${percent(ceiling)}`,
      )
    : passed('rate-ceiling', inputs, ceiling);
};

/** The instalment of this loan within its share of income. */
export const paymentToIncome: Rule = ({ index, application, paymentFen }) => {
  if (paymentFen === null) return notApplicable('payment-to-income');
  const { monthlyIncomeFen } = application;
  const limit = index.paymentToIncome;
  const inputs = { paymentFen, monthlyIncomeFen };
  return exceeds(paymentFen, monthlyIncomeFen, limit)
    ? failed(
        'payment-to-income',
        inputs,
        limit.text,
        index.policy.affordability.knockOut,
        'DTI_CAP',
        `月供${yuan(paymentFen)}占月收入${yuan(monthlyIncomeFen)}的${percentOf(paymentFen, monthlyIncomeFen)}，超过上限${percent(limit.text)}`,
      )
    : passed('payment-to-income', inputs, limit.text);
};

/** All instalments within their share of income; other debt is the greater of what was declared and what the bureau knows. */
export const debtToIncome: Rule = ({ index, application, report, paymentFen }) => {
  if (paymentFen === null) return notApplicable('debt-to-income');
  const { monthlyIncomeFen, monthlyDebtFen } = application;
  const bureauDebtFen = report?.monthlyPaymentFen ?? null;
  const debtFen = Math.max(monthlyDebtFen, bureauDebtFen ?? 0);
  const limit = index.debtToIncome;
  const inputs = { paymentFen, declaredDebtFen: monthlyDebtFen, bureauDebtFen, monthlyIncomeFen };
  return exceeds(paymentFen + debtFen, monthlyIncomeFen, limit)
    ? failed(
        'debt-to-income',
        inputs,
        limit.text,
        index.policy.affordability.knockOut,
        'DTI_CAP',
        `月供与其他负债合计${yuan(paymentFen + debtFen)}，占月收入${yuan(monthlyIncomeFen)}的${percentOf(paymentFen + debtFen, monthlyIncomeFen)}，超过上限${percent(limit.text)}`,
      )
    : passed('debt-to-income', inputs, limit.text);
};
