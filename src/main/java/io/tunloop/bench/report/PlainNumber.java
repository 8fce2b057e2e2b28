// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;

/** Whole numbers without ".0". */
final class PlainNumber extends JsonSerializer<Double> {
    static Module module() {
        return new SimpleModule().addSerializer(Double.class, new PlainNumber());
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider provider) throws IOException {
        if (value == Math.rint(value)) {
            json.writeNumber(value.longValue());
        } else {
            json.writeNumber(value);
        }
    }
}
