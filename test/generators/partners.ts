/** A partner of the generator: who sends, and what kind of business it brings. Provinces by their two digits, with weights. */
export interface GeneratedPartner {
  partnerId: string;
  name: string;
  mix: {
    used: number;
    commercial: number;
    newEnergy: number;
    medianPriceFen: number;
    provinces: readonly (readonly [string, number])[];
    /** shifts the rank of loan to value, in standard deviations */
    appetite: number;
  };
  /** share of the requests */
  weight: number;
}

/** Five partners with different business. */
export const DEFAULT_PARTNERS: readonly GeneratedPartner[] = [
  {
    partnerId: 'dealer-east',
    name: '华东汽车经销集团',
    weight: 0.3,
    mix: {
      used: 0.1,
      commercial: 0.05,
      newEnergy: 0.45,
      medianPriceFen: 16_000_000,
      provinces: [
        ['31', 3],
        ['32', 3],
        ['33', 3],
        ['34', 1],
      ],
      appetite: 0,
    },
  },
  {
    partnerId: 'dealer-south',
    name: '华南汽车贸易',
    weight: 0.22,
    mix: {
      used: 0.15,
      commercial: 0.1,
      newEnergy: 0.5,
      medianPriceFen: 14_000_000,
      provinces: [
        ['44', 5],
        ['45', 1],
        ['35', 1],
        ['46', 0.3],
      ],
      appetite: 0.1,
    },
  },
  {
    partnerId: 'used-cars-online',
    name: '优选二手车网',
    weight: 0.2,
    mix: {
      used: 0.92,
      commercial: 0.03,
      newEnergy: 0.12,
      medianPriceFen: 7_500_000,
      provinces: [
        ['51', 2],
        ['50', 1],
        ['42', 1],
        ['43', 1],
        ['41', 2],
        ['37', 2],
      ],
      appetite: -0.3,
    },
  },
  {
    partnerId: 'fleet-leasing',
    name: '通达商用车融资',
    weight: 0.1,
    mix: {
      used: 0.25,
      commercial: 0.85,
      newEnergy: 0.3,
      medianPriceFen: 22_000_000,
      provinces: [
        ['13', 2],
        ['14', 1],
        ['37', 2],
        ['61', 1],
        ['65', 0.5],
      ],
      appetite: 0,
    },
  },
  {
    partnerId: 'dealer-north',
    name: '北方汽车城',
    weight: 0.18,
    mix: {
      used: 0.2,
      commercial: 0.08,
      newEnergy: 0.25,
      medianPriceFen: 12_500_000,
      provinces: [
        ['11', 3],
        ['12', 1],
        ['21', 1],
        ['22', 0.7],
        ['23', 0.7],
        ['15', 0.5],
      ],
      appetite: 0.15,
    },
  },
];

/** Partners that send in a layout of their own: nested JSON in yuan, and files of CSV in GBK (models/forms/samples). */
export const DEALER_WEST: GeneratedPartner = {
  partnerId: 'dealer-west',
  name: '西部汽车联盟',
  weight: 1,
  mix: {
    used: 0.2,
    commercial: 0.08,
    newEnergy: 0.35,
    medianPriceFen: 13_000_000,
    provinces: [
      ['51', 3],
      ['50', 2],
      ['61', 1],
      ['53', 1],
      ['52', 1],
    ],
    appetite: 0.05,
  },
};
export const USED_CARS_DIRECT: GeneratedPartner = {
  partnerId: 'used-cars-direct',
  name: '车源直通',
  weight: 1,
  mix: {
    used: 0.95,
    commercial: 0.02,
    newEnergy: 0.15,
    medianPriceFen: 8_000_000,
    provinces: [
      ['42', 2],
      ['43', 2],
      ['36', 1],
      ['41', 1],
    ],
    appetite: -0.2,
  },
};
