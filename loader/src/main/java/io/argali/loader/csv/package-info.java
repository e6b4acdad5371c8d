/**
 * Tables with a header line to named columns and back ({@link io.argali.loader.csv.Csv}). FastCSV does the quoting, line breaks and
 * byte order marks; here columns find their type: INT64, FLOAT64 or STRING.
 */
package io.argali.loader.csv;
