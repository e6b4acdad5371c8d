import org.jspecify.annotations.NullMarked;

/** The {@code argali} command. */
@NullMarked
module io.argali.cli {
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires io.argali.converters;
    requires me.tongfei.progressbar;
    requires static org.jspecify;

    // picocli fills the annotated fields by reflection.
    opens io.argali.cli to
            info.picocli;
}
