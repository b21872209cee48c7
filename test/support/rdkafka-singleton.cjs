'use strict';
module.exports = globalThis.__nodeRdkafka;
