-- Dead letters by where the record lay: hub reconcile asks which of those it saw on their way are indexed already.
CREATE INDEX dead_letter_by_place ON hub.dead_letter (topic, partition, record_offset);
