import type { ApplicationBody } from './application.ts';

/** An application as the sample partner dealer-west writes it: nested JSON with Chinese names, amounts in yuan. */
export function asDealerWest(body: ApplicationBody): Record<string, unknown> {
  const { applicant, vehicle, request } = body;
  const [, street = '', house = ''] = /^(\D*)(.*)$/u.exec(applicant.address.detail ?? '') ?? [];
  return {
    订单号: body.partnerOrderNo,
    产品代码: keyOf(WEST.products, body.product),
    客户: {
      姓名: applicant.name,
      证件号码: applicant.idNo,
      手机号: applicant.mobile,
      月收入: applicant.monthlyIncomeFen / 100,
      月负债: `${grouped(applicant.monthlyDebtFen)}元`,
      工作单位: applicant.employer ?? '无',
      住址:
        applicant.address.detail === null
          ? { 区划代码: applicant.address.region }
          : { 区划代码: applicant.address.region, 街道: street, 门牌: house },
      客户经理备注: '意向强',
    },
    授权: applicant.consents.map(({ purpose, version, at }) => ({
      授权类型: purpose === 'credit-report' ? '征信查询' : '第三方提供',
      协议版本: version,
      授权时间: at.slice(0, 19).replace('T', ' '),
    })),
    担保人: body.guarantors.map(({ name, idNo, mobile }) => ({ 姓名: name, 证件号码: idNo, 手机号: mobile })),
    车辆: {
      车辆性质: vehicle.kind === 'new' ? '新车' : '二手车',
      用途: vehicle.use === 'own' ? '自用' : '营运',
      动力: vehicle.energy === 'fuel' ? '汽油' : '纯电',
      车架号: vehicle.vin,
      成交价: grouped(vehicle.priceFen),
      指导价: vehicle.listPriceFen === null ? null : vehicle.listPriceFen / 100,
      评估价: vehicle.valuationFen === null ? '-' : yuan(vehicle.valuationFen),
      首次上牌: vehicle.firstRegistered === null ? null : chineseDate(vehicle.firstRegistered),
      里程: vehicle.mileageKm === null ? null : `${moved(vehicle.mileageKm, 4)}万公里`,
    },
    融资: {
      贷款金额: request.amountFen / 100,
      期数: `${request.termMonths}期`,
      还款方式: keyOf(WEST.methods, request.method),
      附加项目: request.addOns.map(({ kind, priceFen, financedFen }) => ({
        项目: keyOf(WEST.addOns, kind),
        价格: yuan(priceFen),
        融资额: yuan(financedFen),
      })),
    },
    扣款卡号: body.bankCard?.no ?? null,
    扩展信息: { 门店: '成都一店', 渠道经理: { 工号: 'W017' } },
  };
}

const WEST = {
  products: {
    'XC-DEBX': 'NEW-ANNUITY',
    'XC-DEBJ': 'NEW-EQUAL-PRINCIPAL',
    'XC-TX': 'NEW-SUBSIDISED',
    'XC-QQ': 'NEW-BALLOON',
    'XC-FQ': 'NEW-FEE-INSTALMENT',
    'XC-XXHB': 'NEW-INTEREST-FIRST',
    'ES-DEBX': 'USED-ANNUITY',
    'ES-DEBJ': 'USED-EQUAL-PRINCIPAL',
  },
  methods: {
    等额本息: 'ANNUITY',
    等额本金: 'EQUAL_PRINCIPAL',
    先息后本: 'INTEREST_ONLY',
    气球贷: 'BALLOON',
    手续费分期: 'FLAT',
  },
  addOns: { 保险: 'insurance', 购置税: 'purchase-tax', 保养: 'maintenance' },
};

const DIRECT_PRODUCTS = [
  'NEW-ANNUITY',
  'NEW-EQUAL-PRINCIPAL',
  'NEW-SUBSIDISED',
  'NEW-BALLOON',
  'NEW-FEE-INSTALMENT',
  'NEW-INTEREST-FIRST',
  'USED-ANNUITY',
  'USED-EQUAL-PRINCIPAL',
];
const DIRECT_METHODS = {
  本息: 'ANNUITY',
  本金: 'EQUAL_PRINCIPAL',
  先息: 'INTEREST_ONLY',
  尾款: 'BALLOON',
  分期: 'FLAT',
};

/** Columns of the sample partner used-cars-direct. */
export const DIRECT_COLUMNS = [
  '申请编号',
  '业务品种',
  '姓名',
  '身份证号',
  '手机',
  '月收入(元)',
  '月还款(元)',
  '单位',
  '区划',
  '地址',
  '征信授权',
  '第三方授权',
  '担保人',
  '担保人身份证',
  '担保人手机',
  '车况',
  '营运',
  '燃料',
  '车架号',
  '成交价(万元)',
  '指导价(万元)',
  '评估价(万元)',
  '上牌日期',
  '里程(公里)',
  '贷款金额(元)',
  '年限',
  '还款',
  '附加',
  '附加价格(元)',
  '附加融资(元)',
  '银行卡',
  '备注',
] as const;

/** An application as a row of that partner's file: prices in 10,000 yuan, terms in years. It has room for one guarantor and one add-on. */
export function asUsedCarsDirect(body: ApplicationBody): string[] {
  const { applicant, vehicle, request } = body;
  const [guarantor] = body.guarantors;
  const [addOn] = request.addOns;
  const wan = (fen: number | null): string => (fen === null ? '' : moved(fen, 6));
  const instant = (purpose: string): string =>
    applicant.consents
      .find((consent) => consent.purpose === purpose)
      ?.at.slice(0, 19)
      .replaceAll('-', '')
      .replace('T', ' ') ?? '';
  const row: Record<(typeof DIRECT_COLUMNS)[number], string> = {
    申请编号: body.partnerOrderNo,
    业务品种: String(DIRECT_PRODUCTS.indexOf(body.product) + 1),
    姓名: applicant.name,
    身份证号: applicant.idNo,
    手机: applicant.mobile,
    '月收入(元)': yuan(applicant.monthlyIncomeFen),
    '月还款(元)': applicant.monthlyDebtFen === 0 ? '' : grouped(applicant.monthlyDebtFen),
    单位: applicant.employer ?? '-',
    区划: applicant.address.region,
    地址: applicant.address.detail ?? '',
    征信授权: instant('credit-report'),
    第三方授权: instant('third-party-sharing'),
    担保人: guarantor?.name ?? '',
    担保人身份证: guarantor?.idNo ?? '',
    担保人手机: guarantor?.mobile ?? '',
    车况: vehicle.kind === 'new' ? '新' : '旧',
    营运: vehicle.use === 'own' ? '否' : '是',
    燃料: vehicle.energy === 'fuel' ? '汽油' : '电',
    车架号: vehicle.vin,
    '成交价(万元)': wan(vehicle.priceFen),
    '指导价(万元)': wan(vehicle.listPriceFen),
    '评估价(万元)': wan(vehicle.valuationFen),
    上牌日期: vehicle.firstRegistered === null ? '' : vehicle.firstRegistered.split('-').map(Number).join('/'),
    '里程(公里)': vehicle.mileageKm === null ? '' : String(vehicle.mileageKm),
    '贷款金额(元)': grouped(request.amountFen),
    年限: `${request.termMonths / 12}年`,
    还款: keyOf(DIRECT_METHODS, request.method),
    附加: addOn === undefined ? '' : { insurance: '险', 'purchase-tax': '税', maintenance: '保' }[addOn.kind]!,
    '附加价格(元)': addOn === undefined ? '' : yuan(addOn.priceFen),
    '附加融资(元)': addOn === undefined ? '' : yuan(addOn.financedFen),
    银行卡: body.bankCard?.no ?? '',
    备注: '',
  };
  return DIRECT_COLUMNS.map((column) => row[column]);
}

/** Rows as a CSV file of Windows: CRLF, quotes where they are needed. */
export function csvText(rows: Iterable<readonly string[]>): string {
  let text = '';
  for (const row of rows)
    text += `${row.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
  return text;
}

function keyOf(codes: Readonly<Record<string, string>>, value: string): string {
  const found = Object.keys(codes).find((key) => codes[key] === value);
  if (found === undefined) throw new RangeError(`no code for ${value}`);
  return found;
}

/** Integer with its point moved to the left, without trailing zeros. */
function moved(value: number, places: number): string {
  const digits = String(value).padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
}

function yuan(fen: number): string {
  return (fen / 100).toFixed(2);
}

/** 1234567 fen → 12,345.67 */
function grouped(fen: number): string {
  return yuan(fen).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

function chineseDate(date: string): string {
  const [year, month, day] = date.split('-').map(Number);
  return `${year}年${month}月${day}日`;
}
