'use strict';
const { TestEnvironment } = require('jest-environment-node');

/** Node's own environment, plus node-rdkafka loaded lazily once per process and shared by every test file. */
module.exports = class NativeEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    const load = () => require('node-rdkafka');
    Object.defineProperty(this.global, '__nodeRdkafka', { get: load, configurable: true });
  }
};
