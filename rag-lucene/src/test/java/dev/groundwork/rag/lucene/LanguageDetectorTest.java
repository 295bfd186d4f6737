package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageDetectorTest {

    private static String detect(String text) {
        return LanguageDetector.detect(TextAnalyzer.normalize(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ar|يجب تغيير المفتاح كل ثلاثة أشهر لأن المفاتيح القديمة لا تعمل بعد ذلك، ويمكن إنشاء مفتاح جديد من"
                        + " الصفحة التي في الأعلى",
                "bg|Ключът трябва да се смени преди края на месеца, защото след това старият не работи и не може да се"
                        + " използва",
                "bn|চাবিটি প্রতি তিন মাসে বদলাতে হবে",
                "ca|La clau s'ha de canviar cada tres mesos, perquè després les claus velles ja no serveixen per a res",
                "cs|Klíč je třeba vyměnit každé tři měsíce, protože staré klíče potom už nefungují a nelze je použít",
                "da|Nøglen skal skiftes hver tredje måned, for de gamle nøgler virker ikke efter den tid. Der skal"
                        + " gøres noget nu, og hvad det er, ser du her ikke logge ind",
                "de|Der Schlüssel muss alle drei Monate gewechselt werden, weil die alten Schlüssel danach nicht mehr"
                        + " gelten",
                "el|Το κλειδί πρέπει να αλλάζει κάθε τρεις μήνες",
                "es|La clave se debe cambiar cada tres meses, porque después las claves viejas ya no sirven para"
                        + " entrar",
                "et|Võtit tuleb vahetada iga kolme kuu järel, sest pärast seda ei ole vanad võtmed enam kehtivad ja"
                        + " nendega ei saa sisse",
                "eu|Giltza hiru hilean behin aldatu behar da, zeren eta gero giltza zaharrak ez dira baliagarriak"
                        + " izango, eta ez du balio",
                "fa|کلید باید هر سه ماه عوض شود، چون کلیدهای قدیمی بعد از آن کار نمی کنند و با آنها نمی شود وارد شد",
                "fi|Avain on vaihdettava kolmen kuukauden välein, sillä vanhat avaimet eivät sen jälkeen ole enää"
                        + " voimassa, vaan ne pitää poistaa",
                "fr|La clé doit être changée tous les trois mois, car les anciennes clés ne sont plus valables après"
                        + " ce délai",
                "ga|Ní mór an eochair a athrú gach trí mhí, mar nach bhfuil na seaneochracha ag obair tar éis sin agus"
                        + " ní féidir leo",
                "gl|A chave ten que cambiarse cada tres meses, porque despois as chaves vellas xa non serven para nada"
                        + " e non se poden usar",
                "hi|चाबी को हर तीन महीने में बदलना है क्योंकि पुरानी चाबी इस के बाद काम नहीं करती और आप अंदर नहीं जा"
                        + " सकते",
                "hu|A kulcsot háromhavonta kell cserélni, mert a régi kulcsok ezután már nem érvényesek, és nem is"
                        + " lehet velük belépni",
                "hy|Բանալին պետք է փոխել երեք ամիսը մեկ",
                "id|Kunci harus diganti setiap tiga bulan, karena kunci lama tidak dapat dipakai lagi setelah itu dan"
                        + " akan dihapus",
                "it|La chiave va cambiata ogni tre mesi, perché dopo questo tempo le vecchie chiavi non sono più"
                        + " valide",
                "lt|Raktą reikia keisti kas tris mėnesius, nes po to seni raktai jau negalioja ir su jais įeiti nebus"
                        + " galima",
                "lv|Atslēga ir jāmaina ik pēc trim mēnešiem, jo vecās atslēgas pēc tam vairs nav derīgas un ar tām"
                        + " nevar ieiet",
                "ne|साँचो हरेक तीन महिनामा फेर्नु पर्छ र पुरानो साँचो त्यो पछि काम गर्न सक्दैन छ भने यो पनि हटाइएको छ",
                "nl|De sleutel moet om de drie maanden worden vervangen, want de oude sleutels zijn daarna niet meer"
                        + " geldig",
                "no|Nøkkelen må byttes hver tredje måned, for de gamle nøklene virker ikke etter det. Noe må gjøres"
                        + " nå, og hva det er, ser du her bare vente",
                "pt|A chave tem de ser trocada a cada três meses, porque depois as chaves velhas já não são válidas"
                        + " para entrar",
                "ro|Cheia trebuie schimbată la fiecare trei luni, pentru că după aceea cheile vechi nu mai sunt"
                        + " valabile",
                "ru|Ключ надо менять каждые три месяца, потому что старые ключи после этого уже не работают и их"
                        + " нельзя использовать",
                "sr|Ključ treba menjati na svaka tri meseca, jer stari ključevi posle toga više ne važe i ne mogu se"
                        + " koristiti",
                "sr|Кључ треба мењати на свака три месеца, јер стари кључеви после тога више не важе и не могу се"
                        + " користити",
                "sv|Nyckeln ska bytas var tredje månad, eftersom de gamla nycklarna inte är giltiga efter det, och då"
                        + " kan du inte logga in",
                "ta|ஒவ்வொரு மூன்று மாதமும் சாவியை மாற்ற வேண்டும்",
                "te|ప్రతి మూడు నెలలకు తాళం మార్చాలి",
                "tr|Anahtar her üç ayda bir değiştirilmelidir, çünkü bundan sonra eski anahtarlar geçerli değil ve"
                        + " giriş için daha fazla şey gerekir",
            })
    void tellsALanguageByASentenceOrTwo(String language, String text) {
        assertThat(detect(text)).isEqualTo(language);
        assertThat(Languages.isAnalyzed(language)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The key has to be changed every three months, because the old keys are not valid after that",
                "钥匙必须每三个月更换一次，因为旧钥匙之后就不能用了",
                "鍵は三か月ごとに交換してください。古い鍵はその後使えません",
                "열쇠는 석 달마다 바꿔야 합니다. 그 뒤에는 옛 열쇠를 쓸 수 없습니다",
                "ต้องเปลี่ยนกุญแจทุกสามเดือน เพราะกุญแจเก่าใช้ไม่ได้",
                "Klucz należy zmieniać co trzy miesiące, ponieważ stare klucze nie są potem ważne i nie można ich użyć",
                "Kľúč treba vymeniť každé tri mesiace, pretože staré kľúče potom už nefungujú a nie je možné ich"
                        + " použiť",
                "Ključ je treba zamenjati vsake tri mesece, ker stari ključi potem niso več veljavni in jih ni mogoče"
                        + " uporabiti",
                "Ключ треба міняти кожні три місяці, тому що старі ключі після цього вже не діють і їх не можна"
                        + " використати",
                "Chìa khóa phải được thay ba tháng một lần, vì các chìa khóa cũ không còn dùng được sau đó",
                "את המפתח צריך להחליף כל שלושה חודשים, כי המפתחות הישנים לא יעבדו אחר כך",
                "চাবি আৰু তলা দুয়োটা সলনি কৰিব লাগিব", // Assamese, in the Bengali script
            })
    void saysNothingOfALanguageWithoutAnAnalysisOfItsOwn(String text) {
        assertThat(detect(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "42",
                "…",
                "🙂🙂🙂",
                "\uD83D",
                "Schlüssel",
                "Die Hard",
                "La Traviata",
                "Rotation im Detail", // two words say too little
                "public static void main(String[] args) { int i = 0; die(i); }",
                "SELECT o.id, u.name FROM orders o JOIN users u ON o.user_id = u.id WHERE o.total > 10",
                "u + i, u + s = i; u + i = s; o + u = i", // letters are variables as well
                "in die man",
            })
    void saysNothingWhereItCantBeSure(String text) {
        assertThat(detect(text)).isNull();
    }

    @Test
    void saysNothingOfCodeWithFewWordsInIt() {
        String comment = "der die für das ";

        assertThat(detect(comment)).isEqualTo("de");
        assertThat(detect(comment + "count sum rate irate delta ".repeat(9))).isEqualTo("de");
        assertThat(detect(comment + "count sum rate irate delta ".repeat(10))).isNull(); // 4 of 54 are below 8 %
    }

    @Test
    void saysNothingOfATextInTwoLanguages() {
        String german = "Der Schlüssel muss alle drei Monate gewechselt werden. ";
        String dutch = "De sleutel moet om de drie maanden worden vervangen. ";

        assertThat(detect(german)).isEqualTo("de");
        assertThat(detect(dutch)).isEqualTo("nl");
        assertThat(detect(german + dutch)).isNull();
    }

    @Test
    void tellsTheLanguageAroundForeignNamesAndCode() {
        String text =
                "Die Klasse KeyRotator wird mit rotate(Duration.ofDays(90)) aufgerufen, und das nicht nur von Antonín"
                    + " Dvořák: siehe auch https://example.org/keys/rotation.html für die Einzelheiten, die es dazu in"
                    + " der Dokumentation gibt.";

        assertThat(detect(text)).isEqualTo("de");
    }

    @Test
    void looksAtTheStartOfALongTextOnly() {
        String numbers = "1 2 3 ".repeat(LanguageDetector.MAX_CHARS / 6 + 1);
        String german = "Der Schlüssel wird von dem Server gewechselt und nicht von dir.";

        assertThat(detect(german + numbers)).isEqualTo("de");
        assertThat(detect(numbers + german)).isNull();
    }

    @Test
    void takesDecomposedLettersAsComposedOnes() {
        assertThat(detect("Der Schlu\u0308ssel fu\u0308r die Tu\u0308r ist nicht hier"))
                .isEqualTo("de");
    }
}
